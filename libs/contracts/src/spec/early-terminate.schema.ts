/**
 * Rules that end trials early, as a user writes them. `hyperband` has two meanings: with W&B's fields it is W&B's rule, with
 * Swath's fields it is Hyperband of the paper with its brackets.
 */
import { z } from 'zod';
import type { Json } from '../search-space.js';
import type { EarlyTerminate } from '../sweep-spec.js';
import { checkPart } from './schema-problems.js';
import { specDefaults } from './spec-limits.js';
import { didYouMean, pointerTo } from './spec-problems.js';
import type { SpecProblems } from './spec-problems.js';

const resource = z.number().gt(0);
const factor = z.number().gt(1).max(1000);

const minResource = resource.default(specDefaults.minResource).describe('Resource of the first rung.');
const maxResource = resource.describe('Resource at which a trial is complete.');
const reductionFactor = factor
  .default(specDefaults.reductionFactor)
  .describe('One in so many trials passes a rung; rungs lie this factor apart.');
const graceResource = 'Resource before which no trial ends.';

const wandbKeys = {
  min_iter: z.int().min(1).exactOptional().describe('Iteration of the first bracket.'),
  max_iter: z
    .int()
    .min(1)
    .exactOptional()
    .describe('Iterations of a whole run; with s, instead of min_iter.'),
  s: z.int().min(0).max(1000).exactOptional().describe('Number of brackets below max_iter.'),
  eta: factor.default(specDefaults.eta).describe('Factor between brackets; the best 1 in eta go on.'),
  strict: z
    .boolean()
    .default(specDefaults.strict)
    .describe('Judge a trial by its value at the bracket itself, not by its best value so far.'),
};

/** Schema of each rule. */
export const earlyTerminateSchemas = {
  asha: z
    .strictObject({
      type: z.literal('asha'),
      min_resource: minResource,
      max_resource: maxResource.exactOptional(),
      reduction_factor: reductionFactor,
      brackets: z
        .int()
        .min(1)
        .max(20)
        .default(specDefaults.brackets)
        .describe('Brackets that trials are spread over; each starts at a higher rung.'),
      mode: z
        .enum(['stop', 'promote'])
        .default(specDefaults.ashaMode)
        .describe(
          'stop: a trial runs until a rung ends it. promote: it pauses at each rung and goes on when it is among the best, from its checkpoint if it runs on the same node again.',
        ),
    })
    .describe('Asynchronous successive halving.'),
  hyperband: z
    .strictObject({
      type: z.literal('hyperband'),
      min_resource: minResource,
      max_resource: maxResource,
      reduction_factor: reductionFactor,
    })
    .describe('Hyperband with its brackets.'),
  wandb_hyperband: z
    .strictObject({ type: z.literal('wandb_hyperband'), ...wandbKeys })
    .describe('W&B’s rule by its own name.'),
  median: z
    .strictObject({
      type: z.literal('median'),
      grace_resource: resource.default(specDefaults.graceResource).describe(graceResource),
      min_trials: z
        .int()
        .min(1)
        .default(specDefaults.medianMinTrials)
        .describe('Trials that must have reached the resource before any is ended there.'),
      interval: resource.default(specDefaults.medianInterval).describe('Resource between two judgements.'),
    })
    .describe('Ends a trial that is worse than the median of the others at the same resource.'),
  patience: z
    .strictObject({
      type: z.literal('patience'),
      patience: resource.describe('Resource without an improvement that a trial may spend.'),
      min_delta: z
        .number()
        .min(0)
        .default(specDefaults.patienceMinDelta)
        .describe('Change that counts as an improvement.'),
      grace_resource: z.number().min(0).default(specDefaults.graceResource).describe(graceResource),
    })
    .describe('Ends a trial that has not improved for `patience` units of resource.'),
  threshold: z
    .strictObject({
      type: z.literal('threshold'),
      value: z.number().describe('Value of the objective that a trial must have reached.'),
      at_resource: resource.describe('Resource by which it must have reached it.'),
    })
    .describe('Ends a trial that is worse than `value` at a resource.'),
} as const;

/** `hyperband` with W&B's fields. */
export const wandbHyperbandSchema = z
  .strictObject({ type: z.literal('hyperband'), ...wandbKeys })
  .describe('W&B’s rule: thresholds at min_iter * eta^k, or at max_iter / eta^k for s steps.');

const swathFields = ['min_resource', 'max_resource', 'reduction_factor'];
const wandbFields = Object.keys(wandbKeys);
const types = Object.keys(earlyTerminateSchemas);
const pointer = '/early_terminate';

/** Reads `early_terminate`; `undefined` when a problem was added. */
export function readEarlyTerminate(value: Json, problems: SpecProblems): EarlyTerminate | undefined {
  if (!isFields(value)) {
    const detail = '"early_terminate" must be an object with a type, for example {type: asha}.';
    problems.add('spec/type', pointer, detail, { got: value, bound: 'an object' });
    return undefined;
  }
  const type = value['type'];
  if (typeof type === 'string' && types.includes(type)) return readRule(type, value, problems);
  const guess = typeof type === 'string' ? didYouMean(type, types) : '';
  const code =
    type === undefined ? 'spec/required' : typeof type === 'string' ? 'spec/not-one-of' : 'spec/type';
  const detail = `"type" of early_terminate must be one of ${types.join(', ')}.${guess}`;
  problems.add(code, pointerTo(pointer, 'type'), detail, { got: type, bound: types.join(', ') });
  return undefined;
}

type Fields = { readonly [key: string]: Json };

function isFields(value: Json): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readRule(type: string, value: Fields, problems: SpecProblems): EarlyTerminate | undefined {
  const context = { pointer, name: `the ${type} rule`, problems };
  switch (type) {
    case 'asha':
      return checkedResources(checkPart(earlyTerminateSchemas.asha, value, context), problems);
    case 'hyperband':
      return readHyperband(value, problems);
    case 'wandb_hyperband':
      return checkedBands(checkPart(earlyTerminateSchemas.wandb_hyperband, value, context), problems);
    case 'median':
      return checkPart(earlyTerminateSchemas.median, value, context);
    case 'patience':
      return checkPart(earlyTerminateSchemas.patience, value, context);
    default:
      return checkPart(earlyTerminateSchemas.threshold, value, context);
  }
}

function readHyperband(value: Fields, problems: SpecProblems): EarlyTerminate | undefined {
  const ours = swathFields.filter((key) => key in value);
  const theirs = wandbFields.filter((key) => key in value);
  if (ours.length > 0 && theirs.length > 0) {
    const detail = `W&B’s fields (${theirs.join(', ')}) and Swath’s fields (${ours.join(', ')}) cannot be mixed; use one set.`;
    problems.add('spec/conflict', pointer, detail);
    return undefined;
  }
  if (ours.length > 0) {
    const context = { pointer, name: 'the hyperband rule', problems };
    return checkedResources(checkPart(earlyTerminateSchemas.hyperband, value, context), problems);
  }
  const context = { pointer, name: 'the hyperband rule of W&B', problems };
  const checked = checkPart(wandbHyperbandSchema, value, context);
  return checked && checkedBands({ ...checked, type: 'wandb_hyperband' }, problems);
}

type WandbRule = Extract<EarlyTerminate, { type: 'wandb_hyperband' }>;

/** W&B needs `min_iter`, or `max_iter` together with `s`. */
function checkedBands(rule: WandbRule | undefined, problems: SpecProblems): WandbRule | undefined {
  if (rule === undefined || rule.min_iter !== undefined) return rule;
  if (rule.max_iter !== undefined && rule.s !== undefined) return rule;
  const missing = rule.max_iter !== undefined ? 's' : rule.s !== undefined ? 'max_iter' : 'min_iter';
  const detail = `"${missing}" is required: W&B’s hyperband takes min_iter, or max_iter and s.`;
  problems.add('spec/required', pointerTo(pointer, missing), detail, {
    bound: 'min_iter, or max_iter and s',
  });
  return undefined;
}

type RungRule = Extract<EarlyTerminate, { type: 'asha' | 'hyperband' }>;

function checkedResources(rule: RungRule | undefined, problems: SpecProblems): RungRule | undefined {
  if (rule?.max_resource === undefined || rule.min_resource < rule.max_resource) return rule;
  const detail = `min_resource ${rule.min_resource} must be below max_resource ${rule.max_resource}.`;
  const facts = { got: rule.min_resource, bound: `less than ${rule.max_resource}` };
  problems.add('spec/bounds', pointerTo(pointer, 'min_resource'), detail, facts);
  return undefined;
}
