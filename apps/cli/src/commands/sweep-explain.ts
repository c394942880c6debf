// `swath sweep explain KEY`: what the schema says about a key of a spec, for example `parameters.lr` or `budget.max_cost`.
import { sweepSpecJsonSchema } from '@swath/contracts';
import type { Command } from 'commander';
import type { CommonFlags } from '../common-flags.js';
import { contextOf } from '../context.js';
import type { Host } from '../host.js';
import { explainKey } from '../spec/explain-schema.js';
import { addCommand } from './define.js';

/** Adds `explain`. */
export function addSweepExplain(sweep: Command, host: Host): void {
  addCommand(
    sweep,
    'explain [key]',
    'say what a key of a spec means, such as budget.max_cost or parameters.lr',
  ).action((key: string | undefined, flags: CommonFlags) => {
    const { print } = contextOf(host, flags);
    const path = key === undefined || key === '' ? [] : key.split('.');
    const { schema, lines } = explainKey(sweepSpecJsonSchema(), path);
    print.one(schema, () => lines);
  });
}
