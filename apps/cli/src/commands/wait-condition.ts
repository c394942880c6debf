// The conditions of `sweep wait --for`: `finished`, or a number of the sweep compared with a bound. Pure.
import { isSweepEnded, trialStates, type SweepView } from '@swath/contracts';
import { usageError } from '../output/cli-error.js';
import { endedOf } from '../output/sweep-progress.js';

const operators = {
  '<=': (a: number, b: number) => a <= b,
  '>=': (a: number, b: number) => a >= b,
  '==': (a: number, b: number) => a === b,
  '<': (a: number, b: number) => a < b,
  '>': (a: number, b: number) => a > b,
} as const;

/** Numbers of a sweep; undefined while there is none. */
const measures = new Map<string, (sweep: SweepView) => number | undefined>(
  Object.entries({
    best: ({ best }: SweepView) => best?.value,
    trials: endedOf,
    cost: ({ cost }: SweepView) => (cost === null ? undefined : Number(cost.amount)),
    ...Object.fromEntries(
      trialStates.map((state) => [state, ({ trials }: SweepView) => trials.byState[state] ?? 0]),
    ),
  }),
);

/** `unmeetable`: the sweep has ended without it. */
export type WaitVerdict = 'met' | 'pending' | 'unmeetable';

/** A condition on a sweep. */
export interface WaitCondition {
  readonly text: string;
  readonly judge: (sweep: SweepView) => WaitVerdict;
}

/** Reads a condition such as `finished`, `best<0.02`, `trials>=100`. @throws CliError `cli/usage` */
export function parseWaitCondition(text: string): WaitCondition {
  const compact = text.replaceAll(/\s+/g, '');
  if (compact === 'finished')
    return { text, judge: (sweep) => (sweep.state === 'finished' ? 'met' : pendingOr(sweep)) };
  if (compact === 'ended') return { text, judge: (sweep) => (isSweepEnded(sweep.state) ? 'met' : 'pending') };
  const match = /^([a-z_]+)(<=|>=|==|<|>)(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)$/i.exec(compact);
  const measure = measures.get(match?.[1] ?? '');
  const operator = Object.entries(operators).find(([sign]) => sign === match?.[2])?.[1];
  if (match === null || measure === undefined || operator === undefined) {
    throw usageError(
      `"${text}" is not a condition to wait for`,
      `write finished, ended, or a comparison with one of ${[...measures.keys()].join(', ')}, such as 'best<0.02' or 'trials>=100' (in quotes, for the shell)`,
    );
  }
  const bound = Number(match[3]);
  return {
    text,
    judge: (sweep) => {
      const value = measure(sweep);
      return value !== undefined && operator(value, bound) ? 'met' : pendingOr(sweep);
    },
  };
}

function pendingOr(sweep: SweepView): WaitVerdict {
  return isSweepEnded(sweep.state) ? 'unmeetable' : 'pending';
}
