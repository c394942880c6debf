/**
 * Every bound and default of the sweep language in one place. The reader refuses what is larger before it does any work
 * with it; the schema publishes the defaults; the reference page lists both.
 */
import { defaultCommand } from '../command.js';

/** Bounds of a spec. */
export const specLimits = {
  /** Characters of YAML or JSON text. */
  textLength: 1_048_576,
  /** Levels of nesting. */
  depth: 32,
  /** Values of any kind in the document, aliases expanded. */
  nodes: 25_000,
  /** Parameters, groups included. */
  parameters: 1_000,
  /** Entries of all `values` lists together. */
  values: 10_000,
  /** Characters of a name: parameter, metric, pool, tag. */
  nameLength: 256,
  /** Characters of any other string. */
  stringLength: 65_536,
  /** Points to evaluate first. */
  points: 1_000,
  /** Constraints. */
  constraints: 100,
  /** Arguments of the command. */
  commandLength: 1_000,
  /** Environment variables. */
  env: 200,
  /** Tags. */
  tags: 50,
  /** Objectives. */
  objectives: 8,
  /** Trials of one sweep. */
  maxTrials: 1_000_000_000,
  /** Trials at once. */
  parallel: 100_000,
  /** Slots per trial. */
  gpus: 1_024,
  /** Seconds of any duration: ten years. */
  seconds: 315_360_000,
  /** Problems reported at once. */
  problems: 100,
} as const;

/** What an absent key means. */
export const specDefaults = {
  goal: 'minimize',
  value: 'best',
  onExhaust: 'stop_new',
  pool: 'local',
  gpus: 1,
  initialFailures: 10,
  retries: { infrastructure: 3, preemption: 10, user: 0 },
  priority: 0,
  /** W&B's command line: `python program.py --name=value ...`. */
  command: defaultCommand,
  q: 1,
  mu: 0,
  sigma: 1,
  a: 1,
  b: 1,
  eta: 3,
  strict: true,
  reductionFactor: 3,
  brackets: 1,
  ashaMode: 'stop',
  minResource: 1,
  graceResource: 1,
  medianMinTrials: 5,
  medianInterval: 1,
  patienceMinDelta: 0,
} as const;
