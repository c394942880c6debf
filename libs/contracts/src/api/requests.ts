/** What callers send to the API under `/api/v1`. Unknown fields are refused: a mistyped limit would cost money. */
import { z } from 'zod';
import { MAX_FILTER } from '../filter/filter.js';
import type { FilterFields } from '../filter/filter.js';
import { sweepFilterFields, trialFilterFields } from '../filter/list-fields.js';
import { jsonValue } from '../spec/search-space.schema.js';
import { specLimits } from '../spec/spec-limits.js';
import { sweepStates } from '../sweep-state.js';
import { trialStates } from '../trial-state.js';

/** Largest page of a list. */
export const MAX_PAGE = 500;

const id = z.string().min(1).max(128);
/** No trial has more attempts: the column is a 32-bit integer. */
const MOST_ATTEMPTS = 2_147_483_647;
const limit = z.coerce.number().int().min(1).max(MAX_PAGE).default(50);
const cursor = z.string().min(1).max(500).optional();

/** `a,b` as a list of allowed words. */
function listOf<const T extends readonly string[]>(words: T) {
  return z
    .string()
    .max(1000)
    .transform((text) => text.split(',').map((word) => word.trim()))
    .pipe(z.array(z.enum(words)).min(1))
    .optional();
}

/** A filter in the language of `filter/filter.ts`. */
function filterOf(fields: FilterFields) {
  return z
    .string()
    .max(MAX_FILTER)
    .optional()
    .describe(
      `Filter such as state:running cost>10. Fields: ${Object.keys(fields).join(', ')}. Blank means and, comma means or, - negates.`,
    );
}

/** Path parameters. */
export const sweepParams = z.strictObject({ sweepId: id });
export const trialParams = z.strictObject({ trialId: id });
export const runParams = z.strictObject({ runId: id });
export const poolParams = z.strictObject({ poolId: id });
export const nodeParams = z.strictObject({ nodeId: id });
export const leaseParams = z.strictObject({ leaseId: id });

/** A page of any list. */
export const pageQuery = z.strictObject({ limit, cursor });

/** Filter of the sweep list. */
export const sweepListQuery = z.strictObject({
  limit,
  cursor,
  project: id.optional(),
  state: listOf(sweepStates),
  q: filterOf(sweepFilterFields),
  include: listOf(['spec']).describe('Parts to add to each sweep, so that no second read is needed.'),
});

/** Filter and order of a sweep's trials. */
export const trialListQuery = z.strictObject({
  limit,
  cursor,
  state: listOf(trialStates),
  q: filterOf(trialFilterFields),
  include: listOf(['attempts']).describe('Parts to add to each trial, so that no second read is needed.'),
  /** `number` (default) or `best` (best value first). */
  sort: z.enum(['number', 'best']).default('number'),
});

/** Window of a log. */
export const logQuery = z.strictObject({
  from: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(10_000).default(1_000),
  attempt: z.coerce.number().int().min(1).max(MOST_ATTEMPTS).optional(),
});

/** Window of a run's metrics. */
export const metricsQuery = z.strictObject({
  /** Metric names joined by commas; default all. */
  keys: z.string().max(4_000).optional(),
  from: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(50_000).default(5_000),
});

/** Which events to stream. */
export const eventsQuery = z.strictObject({
  /** Topics joined by commas, such as `sweep:sw_1a2b3c4d`; default all of the project. */
  topics: z.string().max(4_000).optional(),
  project: id.optional(),
  /** Start after this event; the Last-Event-ID header goes before it. */
  after: z.string().max(64).optional(),
});

/** A spec: text in YAML or JSON, or an object. */
const spec = z
  .union([z.string().min(1).max(specLimits.textLength), z.record(z.string(), jsonValue)], {
    error: 'must be an object, or text in YAML or JSON',
  })
  .describe('The sweep spec as an object, or as text in YAML or JSON. See /docs for its keys.');

/** `POST /sweeps` and `POST /sweeps:plan`. */
export const submitBody = z.strictObject({
  spec,
  /** Project id; default: the project of the key. */
  project: id.optional(),
});

/** `POST /sweeps/{id}:resize`. */
export const resizeBody = z.strictObject({ parallel: z.int().min(1).max(specLimits.parallel) });

/** `POST /sweeps/{id}:extend`. */
export const extendBody = z.strictObject({
  maxTrials: z.int().min(1).max(specLimits.maxTrials).optional(),
  maxCost: z
    .string()
    .regex(/^\d{1,12}(\.\d{1,6})?$/)
    .optional(),
  maxWallClockSeconds: z.int().min(1).max(specLimits.seconds).optional(),
});

/** `POST /sweeps/{id}:enqueue`. */
export const enqueueBody = z.strictObject({ parameters: z.record(z.string(), jsonValue) });

/** `POST /pools`. */
export const createPoolBody = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/),
  price: z
    .strictObject({
      perSlotHour: z.string().regex(/^\d{1,6}(\.\d{1,6})?$/),
      currency: z.string().regex(/^[A-Z]{3}$/),
    })
    .optional(),
});

/** `PATCH /pools/{id}`: a new price is in force from now on. */
export const changePoolBody = z.strictObject({
  price: z
    .strictObject({
      perSlotHour: z.string().regex(/^\d{1,6}(\.\d{1,6})?$/),
      currency: z.string().regex(/^[A-Z]{3}$/),
    })
    .optional(),
  leaseSeconds: z.int().min(1).max(3_600).optional(),
  graceSeconds: z.int().min(0).max(600).optional(),
});

/** `POST /runs/{id}/metrics:append`: rows as NDJSON; which rows these are is said by headers or query. */
export const appendQuery = z.strictObject({
  /** Who writes; rows of one writer are in order. */
  writer: z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,31}$/)
    .default('http'),
  /** Number of this batch of the writer in this attempt, from 1: the same number again stores nothing. */
  seq: z.coerce.number().int().min(1).max(2_000_000_000),
});
