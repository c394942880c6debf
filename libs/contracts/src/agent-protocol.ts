/**
 * The protocol between a node's agent and the API under `/agent/v1`: outbound HTTP from the agent only. Every message
 * that is repeated gets the same answer. Times are relative (milliseconds from when the agent sent the request), so no
 * clock of an agent enters a deadline or a charge.
 */
import { z } from 'zod';
import { stopReasons } from './trial-state.js';
import type { Json } from './search-space.js';

const id = z.string().min(1).max(128);
const milliseconds = z.int().min(0).max(2_000_000_000);

/** Longest time the server holds a lease poll. */
export const MAX_POLL_MS = 20_000;
/** Most leases ahead that one poll may ask for. */
export const MAX_LEASES_AHEAD = 128;
/** How often an agent renews the leases of its node. */
export const HEARTBEAT_MS = 15_000;

/** One slot of a node: a GPU, a MIG instance, a simulated GPU or a CPU share. */
export const slotSchema = z.strictObject({
  /** Position on the node from 0. */
  index: z.int().min(0).max(1023),
  kind: z.enum(['nvidia', 'amd', 'mig', 'simulated', 'cpu']),
  /** The device's own stable id, the value for CUDA_VISIBLE_DEVICES; empty for CPU slots. */
  uuid: z.string().max(128),
  model: z.string().max(128),
  memoryMiB: z.int().min(0).max(10_000_000),
  healthy: z.boolean(),
});
/** One slot of a node. */
export type SlotOffer = z.infer<typeof slotSchema>;

/** `POST /agent/v1/nodes`: who the node is and what it offers. Repeatable; a changed inventory gets a new generation. */
export const registerNodeSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/),
  pool: z.string().min(1).max(63),
  /** New at each start of the agent process; an older incarnation of the same name loses its leases. */
  incarnation: id,
  slots: z.array(slotSchema).max(1024),
  /** Protocol version, newest first; the server picks one. */
  protocols: z.array(z.int()).min(1).max(8),
  agentVersion: z.string().max(64),
  isolation: z.enum(['container', 'pid_namespace', 'cgroup', 'session']),
  labels: z.record(z.string().max(63), z.string().max(255)).optional(),
  /** Leases the agent has: those whose processes still run from before a restart, and leases ahead that wait. */
  adopted: z.array(id).max(1024).optional(),
});
/** Registration of a node. */
export type RegisterNode = z.infer<typeof registerNodeSchema>;

/** Answer to a registration. */
export const nodeRegisteredSchema = z.object({
  nodeId: id,
  generation: z.int().min(1),
  protocol: z.int(),
  heartbeatMs: milliseconds,
  /** Adopted leases that are still live; the agent ends every other process. */
  live: z.array(id),
  /** The server grants leases ahead of free slots; an agent must not ask for any without it. */
  ahead: z.boolean().optional(),
});
/** Answer to a registration. */
export type NodeRegistered = z.infer<typeof nodeRegisteredSchema>;

/** `POST /agent/v1/nodes/{id}/leases:poll`: free slots; waits up to `waitMs` for work. */
export const leasePollSchema = z.strictObject({
  /** New for each poll whose reply was received; the same id gets the same leases again. */
  offerId: id,
  generation: z.int().min(1),
  /** Indices of free slots. */
  free: z.array(z.int().min(0).max(1023)).max(1024),
  waitMs: z.int().min(0).max(MAX_POLL_MS),
  /** How many more leases ahead of a free slot the agent wants; 0 when absent. */
  ahead: z.int().min(0).max(MAX_LEASES_AHEAD).optional(),
});
/** A lease poll. */
export type LeasePoll = z.infer<typeof leasePollSchema>;

/** SHA-256 in hexadecimal. */
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** The right to run one attempt, and all that is needed to run it. */
export const leaseGrantSchema = z.object({
  leaseId: id,
  attemptId: id,
  trialId: id,
  sweepId: id,
  runId: id,
  project: z.string(),
  trialNumber: z.int().min(1),
  /** The fence: a higher number ends this one. */
  attempt: z.int().min(1),
  /** Slot indices of this node. */
  slots: z.array(z.int().min(0)),
  /** From the sending of the request that got this lease to the end of the lease, if never renewed. */
  ttlMs: milliseconds,
  /** From SIGTERM to SIGKILL. */
  graceMs: milliseconds,
  /** Command template with macros, not yet expanded. */
  command: z.array(z.string()),
  program: z.string().optional(),
  parameters: z.custom<{ readonly [name: string]: Json }>((v) => typeof v === 'object' && v !== null),
  env: z.record(z.string(), z.string()),
  workingDir: z.string().optional(),
  checkpointSignal: z.string().optional(),
  /** Objective and resource names, for display at the node only. */
  objective: z.string().optional(),
  /** Bearer token of this attempt: reaches its own run and nothing else, and only while this lease is live. */
  token: z.string(),
  seed: z.int(),
  /** The durable checkpoint of an earlier attempt to go on from: a tar archive, got by `GET …/leases/{id}/checkpoint`. */
  resume: z.object({ checkpoint: id, sha256, size: z.number().int().min(0) }).optional(),
});
/** A granted lease. */
export type LeaseGrant = z.infer<typeof leaseGrantSchema>;

/**
 * A lease that was granted before a slot is free. It has no slots yet, fits any one slot of the node, is renewed by heartbeats
 * like any other, and is not used until the agent starts it on a slot that has become free. Not started, it is given back by
 * `:release` when the server recalls it or the agent leaves.
 */
export const aheadGrantSchema = leaseGrantSchema.extend({
  /** To be started only in place of an attempt of the same sweep that ends on this node: the sweep is at its limit. */
  successor: z.boolean(),
});
/** A lease ahead of its slot. */
export type AheadGrant = z.infer<typeof aheadGrantSchema>;

/** Answer to a poll. Empty `leases`: poll again. `drain`: offer nothing more. */
export const leasePollReplySchema = z.object({
  leases: z.array(leaseGrantSchema),
  /** Only for a poll that asked for some. */
  ahead: z.array(aheadGrantSchema).optional(),
  drain: z.boolean(),
});
/** Answer to a poll. */
export type LeasePollReply = z.infer<typeof leasePollReplySchema>;

/** `POST /agent/v1/nodes/{id}/heartbeat`: renews all leases of the node; each is answered on its own. */
export const heartbeatSchema = z.strictObject({
  incarnation: id,
  generation: z.int().min(1),
  leases: z.array(z.strictObject({ leaseId: id, attempt: z.int().min(1) })).max(1024),
});
/** A heartbeat. */
export type Heartbeat = z.infer<typeof heartbeatSchema>;

/** What the server wants of an attempt. */
export const leaseCommandSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('stop'), leaseId: id, reason: z.enum(stopReasons), graceMs: milliseconds }),
  z.object({ type: z.literal('checkpoint'), leaseId: id }),
  /** Give a lease ahead back. Of no effect once it was started. */
  z.object({ type: z.literal('recall'), leaseId: id }),
]);
/** A command for one lease. */
export type LeaseCommand = z.infer<typeof leaseCommandSchema>;

/** Answer to a heartbeat. A refused renewal has a `stop` in `commands`; its lease ends at its old deadline. */
export const heartbeatReplySchema = z.object({
  renewed: z.array(z.object({ leaseId: id, ttlMs: milliseconds })),
  commands: z.array(leaseCommandSchema),
  drain: z.boolean(),
});
/** Answer to a heartbeat. */
export type HeartbeatReply = z.infer<typeof heartbeatReplySchema>;

/** How the process of an attempt ended, as its guard saw it. */
export const exitSchema = z.strictObject({
  /** Exit status, or null when ended by a signal or never started. */
  code: z.int().nullable(),
  signal: z.string().max(16).nullable(),
  /** `spawn_failed`: the command could not be started; `expired`: the guard ended it at the lease's deadline. */
  cause: z.enum(['exit', 'stop', 'expired', 'spawn_failed', 'oom', 'node', 'preempted']),
  /** One line for the person: the spawn error, or the last line of standard error. */
  message: z.string().max(2000).optional(),
  /** Every process of the attempt was seen to be gone. */
  reaped: z.boolean(),
  /** Wall time of the process on the agent's monotonic clock; information, never a charge. */
  durationMs: milliseconds,
});
/** How a process ended. */
export type ProcessExit = z.infer<typeof exitSchema>;

/** `POST /agent/v1/leases/{id}:start`: the process of a lease ahead was started on slots that were free. Repeatable. */
export const startLeaseSchema = z.strictObject({
  attempt: z.int().min(1),
  /** Slot indices of this node. */
  slots: z.array(z.int().min(0).max(1023)).min(1).max(1024),
  /** From the start of the process to the sending of this request. */
  agoMs: milliseconds,
});
/** Start of an attempt. */
export type StartLease = z.infer<typeof startLeaseSchema>;

/** Answer to a start. `fenced`: the lease had ended before; the process must be killed. */
export const startReplySchema = z.object({ state: z.enum(['live', 'fenced']) });
/** Answer to a start. */
export type StartReply = z.infer<typeof startReplySchema>;

/** Query of `POST /agent/v1/leases/{id}:checkpoint`, whose body is the archive. Repeatable. */
export const storeCheckpointQuery = z.strictObject({
  attempt: z.coerce.number().int().min(1),
  /** Of the archive: other bytes are refused. */
  sha256,
});

/** Answer to a checkpoint: from now on it is durable, and the trial's next attempt resumes from it. */
export const checkpointStoredSchema = z.object({ checkpoint: id });
/** Answer to a checkpoint. */
export type CheckpointStored = z.infer<typeof checkpointStoredSchema>;

/** `POST /agent/v1/leases/{id}:release`: a lease ahead is given back; nothing was started. Repeatable. */
export const releaseLeaseSchema = z.strictObject({ attempt: z.int().min(1) });
/** A lease ahead that is given back. */
export type ReleaseLease = z.infer<typeof releaseLeaseSchema>;

/**
 * `POST /agent/v1/leases/{id}:complete`: the attempt's process is gone. With `poll` the reply may carry the next leases; with
 * `start` a lease ahead was started in its place, and the slots change hands at the moment of that start.
 */
export const completeLeaseSchema = z.strictObject({
  attempt: z.int().min(1),
  exit: exitSchema,
  start: startLeaseSchema.extend({ leaseId: id }).optional(),
  poll: leasePollSchema.optional(),
});
/** End of an attempt. */
export type CompleteLease = z.infer<typeof completeLeaseSchema>;

/** Answer to an end. */
export const completeReplySchema = z.object({
  next: leasePollReplySchema.optional(),
  /** Only for an end with a start. */
  start: startReplySchema.shape.state.optional(),
});
/** Answer to an end. */
export type CompleteReply = z.infer<typeof completeReplySchema>;

/** A logged value: finite numbers as numbers; NaN and infinities as these strings; anything else as JSON. */
export const nonFinite = ['NaN', 'Infinity', '-Infinity'] as const;

/** One logged row: metric names to values, with an optional step and time. */
export const metricRowSchema = z.strictObject({
  step: z.int().min(0).max(9_007_199_254_740_991).optional(),
  /** Milliseconds since the start of the process, by the monotonic clock of whoever logged it. */
  offsetMs: milliseconds.optional(),
  values: z.custom<{ readonly [metric: string]: Json }>(
    (v) => typeof v === 'object' && v !== null && !Array.isArray(v),
  ),
});
/** One logged row. */
export type MetricRow = z.infer<typeof metricRowSchema>;

/** `POST /agent/v1/runs/{id}/metrics`: rows of one stream, in order. `seq` counts the batches of (attempt, stream) from 1. */
export const metricBatchSchema = z.strictObject({
  attempt: z.int().min(1),
  stream: z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/),
  seq: z.int().min(1),
  rows: z.array(metricRowSchema).min(1).max(5000),
});
/** A batch of rows. */
export type MetricBatch = z.infer<typeof metricBatchSchema>;

/** Answer to a batch: stored up to `seq`; `stop` when the pruner or anything else ends the attempt. */
export const metricReplySchema = z.object({
  acked: z.int(),
  late: z.boolean(),
  command: leaseCommandSchema.optional(),
});
/** Answer to a batch. */
export type MetricReply = z.infer<typeof metricReplySchema>;

/** `POST /agent/v1/runs/{id}/logs`: lines of output. */
export const logBatchSchema = z.strictObject({
  attempt: z.int().min(1),
  seq: z.int().min(1),
  lines: z
    .array(
      z.strictObject({
        stream: z.enum(['stdout', 'stderr']),
        offsetMs: milliseconds,
        text: z.string().max(65_536),
      }),
    )
    .min(1)
    .max(5000),
});
/** A batch of log lines. */
export type LogBatch = z.infer<typeof logBatchSchema>;

/** Answer to a log batch. */
export const logReplySchema = z.object({ acked: z.int() });
/** Answer to a log batch. */
export type LogReply = z.infer<typeof logReplySchema>;
