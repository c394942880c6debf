/**
 * What the API answers about sweeps, trials and the fleet. Names are camelCase, times RFC 3339 in UTC with milliseconds,
 * money a decimal string with its currency. Readers must ignore fields they do not know: fields are only ever added.
 */
import { z } from 'zod';
import type { SweepReport } from '../report.js';
import { jsonValue } from '../spec/search-space.schema.js';
import type { SweepSpec } from '../sweep-spec.js';
import { sweepReasons, sweepStates } from '../sweep-state.js';
import { attemptOutcomes, attemptStates, outcomeClasses, trialStates } from '../trial-state.js';

const id = z.string();
const timestamp = z.iso.datetime({ precision: 3 }).meta({ description: 'RFC 3339, UTC, milliseconds.' });
const count = z.int().min(0);
const fields = z.record(z.string(), jsonValue);

/** A resolved spec; its fields are those of `SweepSpec`. */
const specSchema = z
  .custom<SweepSpec>((value) => typeof value === 'object' && value !== null)
  .meta({ id: 'SweepSpec', type: 'object' });

/** A finite number, or one of the strings "NaN", "Infinity", "-Infinity". */
export const loggedNumber = z.union([z.number(), z.literal(['NaN', 'Infinity', '-Infinity'])]);

/** Amount of money. */
export const moneySchema = z
  .object({
    amount: z.string().regex(/^-?\d+\.\d{6}$/),
    currency: z.string().regex(/^[A-Z]{3}$/),
  })
  .meta({ id: 'Money' });

/** The sweep's own limit in money and what happened to it. */
export const budgetUseSchema = z
  .object({ cap: moneySchema, spent: moneySchema, held: moneySchema, overdraft: moneySchema })
  .meta({ id: 'BudgetUse' });

/** Best trial so far by the first objective. */
export const bestSchema = z
  .object({ trialId: id, number: z.int().min(1), value: z.number() })
  .meta({ id: 'Best' });

/** A sweep. */
export const sweepViewSchema = z
  .object({
    id,
    name: z.string(),
    projectId: id,
    state: z.enum(sweepStates),
    reason: z.enum(sweepReasons).nullable(),
    reasonText: z.string().nullable(),
    method: z.string(),
    /** The first objective; the spec has them all. */
    objective: z.object({ name: z.string(), goal: z.enum(['minimize', 'maximize']) }).nullable(),
    pool: z.string(),
    parallel: z.int().min(1).nullable(),
    trials: z.object({
      limit: count.nullable(),
      created: count,
      byState: z.partialRecord(z.enum(trialStates), count),
    }),
    best: bestSchema.nullable(),
    /** Spent so far; null while nothing has a price. */
    cost: moneySchema.nullable(),
    /** The sweep's own limit in money. */
    budget: z.object({ cap: moneySchema, held: moneySchema }).nullable(),
    createdAt: timestamp,
    endedAt: timestamp.nullable(),
    version: z.int().min(1),
  })
  .meta({ id: 'Sweep' });

/** A sweep with its spec. */
export const sweepDetailSchema = sweepViewSchema
  .extend({
    spec: specSchema,
    specText: z.string().nullable(),
  })
  .meta({ id: 'SweepDetail' });

/** Why a trial is in its state. */
export const trialReasonSchema = z.looseObject({ code: z.string(), text: z.string().optional() });

/** A trial. */
export const trialViewSchema = z
  .object({
    id,
    sweepId: id,
    runId: id,
    number: z.int().min(1),
    state: z.enum(trialStates),
    reason: trialReasonSchema.nullable(),
    /** Why its queued attempt waits. */
    waiting: trialReasonSchema.nullable(),
    parameters: fields,
    /** Value of the first objective, as the spec says: best or last. */
    value: loggedNumber.nullable(),
    values: z.record(z.string(), loggedNumber.nullable()),
    resource: z.number(),
    bracket: count,
    attempts: count,
    cost: moneySchema.nullable(),
    createdAt: timestamp,
    startedAt: timestamp.nullable(),
    endedAt: timestamp.nullable(),
  })
  .meta({ id: 'Trial' });

/** One execution of a trial. */
export const attemptViewSchema = z
  .object({
    id,
    trialId: id,
    number: z.int().min(1),
    cause: z.string(),
    state: z.enum(attemptStates),
    outcome: z.enum(attemptOutcomes).nullable(),
    node: z.object({ id, name: z.string() }).nullable(),
    slots: z.array(count),
    waiting: trialReasonSchema.nullable(),
    exit: fields.nullable(),
    class: z.enum(outcomeClasses).nullable(),
    cost: moneySchema.nullable(),
    enqueuedAt: timestamp,
    startedAt: timestamp.nullable(),
    endedAt: timestamp.nullable(),
  })
  .meta({ id: 'Attempt' });

/** A sweep in a list; parts are there when the request's `include` names them. */
export const listedSweepSchema = sweepViewSchema
  .extend({ spec: specSchema.optional() })
  .meta({ id: 'ListedSweep' });

/** A trial in a list; parts are there when the request's `include` names them. */
export const listedTrialSchema = trialViewSchema
  .extend({ attemptList: z.array(attemptViewSchema).optional() })
  .meta({ id: 'ListedTrial' });

/** A decision of the pruner. */
export const decisionViewSchema = z
  .object({
    id: z.string(),
    trialId: id,
    trialNumber: z.int().min(1),
    attempt: z.int().min(1),
    decision: fields,
    text: z.string(),
    at: timestamp,
  })
  .meta({ id: 'Decision' });

/** What a run recorded. */
export const runViewSchema = z
  .object({
    id,
    projectId: id,
    name: z.string(),
    displayName: z.string(),
    state: z.string(),
    trialId: id.nullable(),
    sweepId: id.nullable(),
    config: fields,
    summary: fields,
    tags: z.array(z.string()),
    notes: z.string().nullable(),
    rows: count,
    createdAt: timestamp,
    updatedAt: timestamp,
    endedAt: timestamp.nullable(),
  })
  .meta({ id: 'Run' });

/** Values of metrics over rows, oldest first. */
export const metricsPageSchema = z
  .object({
    runId: id,
    /** Every metric the run has logged. */
    keys: z.array(z.string()),
    rows: z.array(
      z.object({
        row: count,
        step: z.int().nullable(),
        attempt: z.int().min(1),
        offsetMs: z.number().nullable(),
        /** Came after the attempt was no longer the live one. */
        late: z.boolean(),
        values: fields,
      }),
    ),
    /** Position to read on from, or null at the end. */
    next: count.nullable(),
  })
  .meta({ id: 'MetricsPage' });

/** Lines of output, oldest first. */
export const logPageSchema = z
  .object({
    lines: z.array(
      z.object({
        line: count,
        attempt: z.int().min(1),
        stream: z.enum(['stdout', 'stderr']),
        offsetMs: z.number(),
        text: z.string(),
      }),
    ),
    /** Position to read on from; a running trial may write more there. */
    next: count,
  })
  .meta({ id: 'LogPage' });

/** Command line of a trial with its macros expanded, and the environment it adds. */
export const commandViewSchema = z
  .object({ argv: z.array(z.string()), shell: z.string(), env: z.record(z.string(), z.string()) })
  .meta({ id: 'Command' });

/** A node. */
export const nodeViewSchema = z
  .object({
    id,
    name: z.string(),
    pool: z.string(),
    state: z.enum(['online', 'draining', 'offline']),
    isolation: z.string(),
    agentVersion: z.string(),
    lastSeenAt: timestamp,
    slots: z.array(
      z.object({
        index: count,
        kind: z.string(),
        uuid: z.string(),
        model: z.string(),
        memoryMiB: count,
        healthy: z.boolean(),
        /** The trial that has the slot. */
        trialId: id.nullable(),
      }),
    ),
  })
  .meta({ id: 'Node' });

/** A pool. */
export const poolViewSchema = z
  .object({
    id,
    name: z.string(),
    /** Price of one slot for one hour; null when none is in force. */
    pricePerSlotHour: moneySchema.nullable(),
    leaseSeconds: z.number(),
    graceSeconds: z.number(),
    nodes: count,
    slots: count,
    busySlots: count,
    queued: count,
    version: z.int().min(1),
  })
  .meta({ id: 'Pool' });

/** A queued attempt and why it waits. */
export const queueEntrySchema = z
  .object({
    position: z.int().min(1),
    attemptId: id,
    trialId: id,
    sweepId: id,
    sweepState: z.enum(sweepStates),
    slots: z.int().min(1),
    priority: z.int(),
    waiting: trialReasonSchema.nullable(),
    enqueuedAt: timestamp,
    notBefore: timestamp.nullable(),
  })
  .meta({ id: 'QueueEntry' });

/** An event of a project, as streamed and as listed. */
export const eventViewSchema = z
  .object({
    /** Cursor; send it as Last-Event-ID to go on after this event. */
    id: z.string(),
    topic: z.string(),
    name: z.string(),
    entity: fields,
    at: timestamp,
  })
  .meta({ id: 'Event' });

/** Cost of a sweep by outcome class. */
export const costViewSchema = z
  .object({
    total: moneySchema.nullable(),
    byClass: z.array(
      z.object({
        class: z.enum(outcomeClasses),
        cost: moneySchema,
        gpuSeconds: z.string(),
        attempts: count,
      }),
    ),
    budget: budgetUseSchema.nullable(),
  })
  .meta({ id: 'Cost' });

/** The report of a sweep; its fields are those of `SweepReport`. */
export const reportSchema = z
  .custom<SweepReport>((value) => typeof value === 'object' && value !== null)
  .meta({ id: 'SweepReport', type: 'object' });

/** Who the caller is. */
export const callerViewSchema = z
  .object({
    kind: z.enum(['user', 'service', 'agent', 'attempt']),
    id,
    orgId: id,
    projectId: id.nullable(),
    role: z.string(),
  })
  .meta({ id: 'Caller' });

/** One field at fault. */
export const fieldProblemSchema = z
  .object({
    pointer: z.string(),
    code: z.string(),
    detail: z.string(),
    got: z.string().optional(),
    bound: z.string().optional(),
    line: z.int().optional(),
    column: z.int().optional(),
  })
  .meta({ id: 'FieldProblem' });

/** RFC 9457 problem document. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    hint: z.string(),
    retryable: z.boolean(),
    traceId: z.string().optional(),
    errors: z.array(fieldProblemSchema).optional(),
  })
  .meta({ id: 'Problem' });

/** What submitting a spec would do. */
export const planSchema = z
  .object({
    valid: z.literal(true),
    spec: specSchema,
    warnings: z.array(fieldProblemSchema),
    trials: z.object({
      /** Trials that will be created at most; null when nothing bounds them. */
      max: count.nullable(),
      /** Number of points of a finite grid. */
      gridSize: z.string().nullable(),
    }),
    pool: z.object({ name: z.string(), slots: count, pricePerSlotHour: moneySchema.nullable() }).nullable(),
    /** The sweep's own limit in money. */
    maxCost: moneySchema.nullable(),
    /** The first commands, as a POSIX shell reads them; at most 5. */
    commands: z.array(z.string()),
    /** Whether the sweep will run exactly those: grids, and specs with a seed. Otherwise they are examples. */
    commandsAreExact: z.boolean(),
    /** Likely cost, from finished trials of the newest earlier sweep of the same name; null without one, a price or a limit. */
    estimate: z
      .object({ p50: moneySchema, p90: moneySchema, /** What it rests on, in words. */ basis: z.string() })
      .nullable(),
    /** The most that the spec's own limits allow; null when they bound no money. */
    bound: z.object({ amount: moneySchema, /** Which limits, in words. */ by: z.string() }).nullable(),
  })
  .meta({ id: 'Plan' });

/** Answer to a submission. */
export const submittedSchema = z
  .object({
    sweep: sweepViewSchema,
    warnings: z.array(fieldProblemSchema),
  })
  .meta({ id: 'Submitted' });

/** Whether the server works. */
export const healthSchema = z
  .object({ status: z.enum(['ok', 'unavailable']), checks: z.record(z.string(), z.string()).optional() })
  .meta({ id: 'Health' });

/** A page of a list. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    data: z.array(item),
    /** Send as `cursor` to get the next page; null on the last one. */
    nextCursor: z.string().nullable(),
  });
}

/** A sweep. */
export type SweepView = z.infer<typeof sweepViewSchema>;
/** A sweep with its spec. */
export type SweepDetail = z.infer<typeof sweepDetailSchema>;
/** A trial. */
export type TrialView = z.infer<typeof trialViewSchema>;
/** One execution of a trial. */
export type AttemptView = z.infer<typeof attemptViewSchema>;
/** A decision of the pruner. */
export type DecisionView = z.infer<typeof decisionViewSchema>;
/** What a run recorded. */
export type RunView = z.infer<typeof runViewSchema>;
/** Values of metrics over rows. */
export type MetricsPage = z.infer<typeof metricsPageSchema>;
/** Lines of output. */
export type LogPage = z.infer<typeof logPageSchema>;
/** Command line of a trial. */
export type CommandView = z.infer<typeof commandViewSchema>;
/** A node. */
export type NodeView = z.infer<typeof nodeViewSchema>;
/** A pool. */
export type PoolView = z.infer<typeof poolViewSchema>;
/** A queued attempt. */
export type QueueEntry = z.infer<typeof queueEntrySchema>;
/** An event. */
export type EventView = z.infer<typeof eventViewSchema>;
/** Cost of a sweep. */
export type CostView = z.infer<typeof costViewSchema>;
/** Who the caller is. */
export type CallerView = z.infer<typeof callerViewSchema>;
/** What submitting a spec would do. */
export type Plan = z.infer<typeof planSchema>;
/** Answer to a submission. */
export type Submitted = z.infer<typeof submittedSchema>;
/** Whether the server works. */
export type Health = z.infer<typeof healthSchema>;
/** A page of a list. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly nextCursor: string | null;
}
