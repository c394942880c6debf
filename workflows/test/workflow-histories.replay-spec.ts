// Replays every recorded history with the workflow code of this tree. A failure means that workflows which run now would break at the
// next deployment: guard the change with a patch (README.md), or, before the first release, record again.
import { readdirSync, readFileSync } from 'node:fs';
import { Worker } from '@temporalio/worker';
import type { WorkflowBundle } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleWorkflows } from './workflow-bundle.js';

const folder = new URL('./histories/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

let workflowBundle: WorkflowBundle;
beforeAll(async () => {
  workflowBundle = await bundleWorkflows();
}, 60_000);

function read(name: string): { events: { eventType: string }[] } {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
}

describe('recorded histories', () => {
  it('cover both workflows and the cases that matter', () => {
    const cases = files.map((name) => name.replace(/-\d{4}-\d{2}-\d{2}\.json$/, ''));
    expect(cases.sort()).toEqual([
      'sweep-cancel',
      'sweep-continue-as-new-1',
      'sweep-continue-as-new-2',
      'sweep-grid-of-2',
      'trial-cancel',
      'trial-grid-of-2',
      'trial-retry',
    ]);
  });

  it.each(files)('%s replays without a difference', async (name) => {
    await expect(
      Worker.runReplayHistory({ workflowBundle }, read(name), 'replayed'),
    ).resolves.toBeUndefined();
  });

  it('notice a change of the commands', async () => {
    const [first] = files;
    const text = readFileSync(new URL(first ?? '', folder), 'utf8').replaceAll(
      '"launchTrials"',
      '"otherTrials"',
    );
    await expect(Worker.runReplayHistory({ workflowBundle }, JSON.parse(text), 'replayed')).rejects.toThrow(
      /TMPRL1100|[Nn]ondeterminism/,
    );
  });
});
