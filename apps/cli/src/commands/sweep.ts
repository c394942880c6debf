// The group `swath sweep`: from a file to a result.
import type { Command } from 'commander';
import type { Host } from '../host.js';
import { addGroup } from './define.js';
import { addSweepChange } from './sweep-change.js';
import { addSweepCopy } from './sweep-copy.js';
import { addSweepControl } from './sweep-control.js';
import { addSweepExplain } from './sweep-explain.js';
import { addSweepInit } from './sweep-init.js';
import { addSweepPlan } from './sweep-plan.js';
import { addSweepRun } from './sweep-run.js';
import { addSweepShow } from './sweep-show.js';
import { addSweepWait } from './sweep-wait.js';
import { addSweepWatch } from './sweep-watch.js';

/** Adds the group, and `run FILE` as a short way to say `sweep run FILE`. */
export function addSweep(program: Command, host: Host): void {
  const sweep = addGroup(program, 'sweep', 'submit, follow and control sweeps');
  addSweepRun(sweep, host);
  addSweepPlan(sweep, host);
  addSweepShow(sweep, host);
  addSweepWatch(sweep, host);
  addSweepWait(sweep, host);
  addSweepControl(sweep, host);
  addSweepChange(sweep, host);
  addSweepCopy(sweep, host);
  addSweepInit(sweep, host);
  addSweepExplain(sweep, host);
}
