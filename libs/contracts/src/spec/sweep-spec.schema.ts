/**
 * The shape of a sweep spec as a user writes it, without `parameters` and `early_terminate`, whose shape depends on a
 * chosen kind. `parse-sweep-spec.ts` checks with it; `sweep-spec-json-schema.ts` publishes it.
 */
import { z } from 'zod';
import { searchMethods } from '../sweep-spec.js';
import { jsonValue } from './search-space.schema.js';
import { specDefaults, specLimits } from './spec-limits.js';

const name = z.string().min(1).max(specLimits.nameLength);
const count = z.int().min(1);
const decimalPattern = /^\d{1,12}(\.\d{1,6})?$/;
const durationPattern =
  /^(?=\d)(?:\d+(?:\.\d+)?d)?(?:\d+(?:\.\d+)?h)?(?:\d+(?:\.\d+)?m)?(?:\d+(?:\.\d+)?s)?$/;

const decimal = z
  .union([z.number().gt(0).lt(1e12), z.string().regex(decimalPattern)], {
    error: 'must be a positive amount such as 20 or "12.50" with at most 6 fraction digits',
  })
  .describe('A positive decimal number with at most 6 fraction digits.');

const duration = z
  .union([z.number().min(1).max(specLimits.seconds), z.string().regex(durationPattern)], {
    error: 'must be seconds, at least 1, or text such as "90s", "30m", "1h30m", "2d"',
  })
  .describe('Seconds, or text such as 90s, 30m, 1h30m, 2d.');

const metricKeys = {
  name: name.describe('Metric as the training run logs it.'),
  goal: z.enum(['minimize', 'maximize']).default(specDefaults.goal).describe('Which values are better.'),
  target: z
    .number()
    .exactOptional()
    .describe('The sweep starts no more trials once one reaches it; those that run go on to their end.'),
  impute: z.enum(['latest', 'best', 'worst']).exactOptional().describe('Value of a failed trial in bayes.'),
  impute_while_running: z
    .enum(['latest', 'best', 'worst', 'false'])
    .exactOptional()
    .describe('Value of a running trial in bayes.'),
  value: z
    .enum(['best', 'last'])
    .default(specDefaults.value)
    .describe('Which logged value counts. Swath only.'),
  resource: name
    .exactOptional()
    .describe('Metric that measures effort; default: how often the metric was logged. Swath only.'),
};

/** One objective. */
export const metricSchema = z.strictObject(metricKeys).describe('What is optimised.');

/** Limits of the sweep. */
export const budgetSchema = z
  .strictObject({
    max_trials: count.max(specLimits.maxTrials).exactOptional().describe('Trials ever created.'),
    max_cost: decimal.exactOptional().describe('Money, in currency.'),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, { error: 'must be a currency code such as "USD"' })
      .exactOptional()
      .describe('ISO 4217 code of the money; default: the currency of the pool’s price.'),
    max_gpu_hours: decimal.exactOptional().describe('GPU hours over all attempts.'),
    max_wall_clock: duration.exactOptional().describe('Since submission, pauses not counted.'),
    max_cost_per_trial: decimal.exactOptional().describe('Money of one trial, over its attempts.'),
    max_trial_duration: duration.exactOptional().describe('Per trial, over its attempts.'),
    max_consecutive_initial_failures: z
      .int()
      .min(0)
      .max(specLimits.maxTrials)
      .default(specDefaults.initialFailures)
      .describe(
        'The sweep ends as failed when this many attempts in a row, from its first, failed before any had logged a metric or finished; 0 for no such limit.',
      ),
    on_exhaust: z
      .enum(['stop_new', 'kill'])
      .default(specDefaults.onExhaust)
      .describe(
        'At a limit: start nothing new and let trials run as long as they are paid for, or end them.',
      ),
  })
  .describe('Limits of the sweep. Swath only.');

/** What one trial needs. */
export const resourcesSchema = z
  .strictObject({
    pool: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, {
        error: 'must be a pool name: letters, digits, ".", "_", "-"',
      })
      .default(specDefaults.pool)
      .describe('Pool whose nodes run the trials.'),
    gpus: count.max(specLimits.gpus).default(specDefaults.gpus).describe('Whole slots per trial.'),
    cpu: z.number().gt(0).max(100_000).exactOptional().describe('CPU cores per trial.'),
  })
  .describe('What one trial needs. Swath only.');

const retry = z.int().min(0).max(1000);

/** Retries by cause. */
export const retriesSchema = z
  .strictObject({
    infrastructure: retry
      .default(specDefaults.retries.infrastructure)
      .describe('After a lost node, a lost agent or a failing GPU.'),
    preemption: retry
      .default(specDefaults.retries.preemption)
      .describe('After a node was drained or taken away.'),
    user: retry.default(specDefaults.retries.user).describe('After the command failed by itself.'),
  })
  .describe('How often an attempt is repeated, by the cause of its end. Swath only.');

const signals = [
  'SIGUSR1',
  'SIGUSR2',
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGALRM',
  'SIGWINCH',
  'SIGCONT',
] as const;
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()], {
  error: 'must be text or a number',
});

/** Keys with a meaning here. */
const ownKeys = {
  name: z
    .string()
    .max(specLimits.nameLength)
    .exactOptional()
    .describe('Name shown in lists; need not be unique.'),
  description: z
    .string()
    .max(specLimits.stringLength)
    .exactOptional()
    .describe('What the sweep is for, for people.'),
  tags: z
    .array(name)
    .max(specLimits.tags)
    .exactOptional()
    .describe('Words to find the sweep by. Swath only.'),
  method: z.enum(searchMethods).describe('How parameter values are proposed.'),
  metric: metricSchema.exactOptional(),
  metrics: z
    .array(metricSchema)
    .min(1)
    .max(specLimits.objectives)
    .exactOptional()
    .describe('Several objectives instead of `metric`; the result is their Pareto front. Swath only.'),
  /** The resolved form of `metric` and `metrics`. */
  objectives: z.array(metricSchema).max(specLimits.objectives).exactOptional(),
  constraints: z
    .array(z.string().min(1).max(1000))
    .max(specLimits.constraints)
    .exactOptional()
    .describe('Comparisons that every point keeps, such as `a + 2 * b <= 10`. Swath only.'),
  points: z
    .array(z.record(z.string(), jsonValue))
    .max(specLimits.points)
    .exactOptional()
    .describe('Points to try first; what a point leaves out is chosen by the method. Swath only.'),
  program: z
    .string()
    .min(1)
    .max(4096)
    .exactOptional()
    .describe('Script that the macro ${program} of the command names.'),
  command: z
    .array(scalar)
    .max(specLimits.commandLength)
    .exactOptional()
    .describe(
      'Command line, one word an item, with W&B’s macros; no shell. Default: python, the program and ${args}.',
    ),
  env: z
    .record(z.string(), scalar)
    .exactOptional()
    .describe('Environment variables of the command. Swath only.'),
  working_dir: z
    .string()
    .min(1)
    .max(4096)
    .exactOptional()
    .describe(
      'Folder on the node to run in, absolute or from where the agent was started; default: a new folder for each attempt. Swath only.',
    ),
  checkpoint_signal: z
    .enum(signals)
    .exactOptional()
    .describe('Signal that asks the command for a checkpoint before it is preempted or paused. Swath only.'),
  budget: budgetSchema.exactOptional(),
  run_cap: count.max(specLimits.maxTrials).exactOptional().describe('As budget.max_trials.'),
  parallel: count
    .max(specLimits.parallel)
    .exactOptional()
    .describe('Trials at once, at most; default: as many as there are free slots.'),
  resources: resourcesSchema.exactOptional(),
  seed: z
    .int()
    .min(0)
    .exactOptional()
    .describe('Makes suggestions repeat exactly; default: taken from the sweep’s id. Swath only.'),
  retries: retriesSchema.exactOptional(),
  priority: z
    .int()
    .min(-100)
    .max(100)
    .default(specDefaults.priority)
    .describe(
      'Queued trials of a higher one go first; within one, teams share the slots fairly. Swath only.',
    ),
};

/** W&B's keys that change nothing here; accepted and kept. */
const ignoredKeys = {
  entity: z.string().exactOptional().describe('Kept, not used: the key says where the sweep belongs.'),
  project: z.string().exactOptional().describe('Kept, not used: the key says where the sweep belongs.'),
  controller: z
    .looseObject({ type: z.enum(['local', 'cloud']) })
    .exactOptional()
    .describe('Kept, not used: suggestions are always made by the server.'),
  scheduler: z
    .strictObject({ engine: z.enum(['wandb']), source: z.string().exactOptional() })
    .exactOptional()
    .describe('Kept, not used.'),
  job: z.string().exactOptional().describe('Kept, not used.'),
  image_uri: z.string().exactOptional().describe('Kept, not used.'),
  apiVersion: z.string().exactOptional().describe('Kept, not used.'),
  kind: z.enum(['sweep']).exactOptional().describe('Kept, not used.'),
};

/** Names of the ignored keys. */
export const ignoredKeyNames = Object.keys(ignoredKeys);

/** The whole spec; `parameters` and `early_terminate` are read by their own functions. */
export const sweepSpecSchema = z.strictObject({
  ...ownKeys,
  parameters: jsonValue,
  early_terminate: jsonValue.exactOptional(),
  ...ignoredKeys,
  ignored: z.record(z.string(), jsonValue).exactOptional(),
});

/** A spec whose shape is right. */
export type SpecShape = z.infer<typeof sweepSpecSchema>;
