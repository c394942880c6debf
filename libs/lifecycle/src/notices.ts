// What a transaction tells others: outbox rows for Temporal, event rows for people, notifications for waiting requests.
// All of it commits or vanishes with its cause.
import type { Queryable } from '@swath/persistence';

/** Work that the outbox relay carries to Temporal. */
export type OutboxTopic =
  'sweep.start' | 'sweep.changed' | 'sweep.trialDone' | 'trial.start' | 'trial.attemptEnded';

/** One piece of outgoing work. */
export interface OutboxMessage {
  readonly topic: OutboxTopic;
  /** What the message is about, a sweep or trial id. */
  readonly key: string;
  readonly payload: Readonly<Record<string, string | number>>;
}

/** Writes outbox rows and wakes the relay. */
export async function enqueueOutbox(tx: Queryable, messages: readonly OutboxMessage[]): Promise<void> {
  if (messages.length === 0) return;
  await tx.query(
    `WITH written AS (INSERT INTO outbox (topic, key, payload)
       SELECT m->>'topic', m->>'key', m->'payload' FROM jsonb_array_elements($1::jsonb) m)
     SELECT pg_notify('swath_outbox', '')`,
    [JSON.stringify(messages)],
  );
}

/** Something a person may watch. */
export interface Notice {
  readonly projectId: string;
  /** For example `sweep:<id>`. */
  readonly topic: string;
  /** For example `trial.state_changed`. */
  readonly name: string;
  readonly entity: Readonly<Record<string, unknown>>;
}

/** Writes event rows and wakes the event streams of their projects. */
export async function publish(tx: Queryable, notices: readonly Notice[]): Promise<void> {
  if (notices.length === 0) return;
  await tx.query(
    `WITH written AS (INSERT INTO event (txid, project_id, topic, name, entity)
       SELECT pg_current_xact_id()::text::bigint, n->>'projectId', n->>'topic', n->>'name', n->'entity'
       FROM jsonb_array_elements($1::jsonb) n RETURNING project_id)
     SELECT pg_notify('swath_event', project_id) FROM (SELECT DISTINCT project_id FROM written) projects`,
    [JSON.stringify(notices)],
  );
}

/** Makes placement look at a pool again. */
export async function wakePool(tx: Queryable, poolId: string): Promise<void> {
  await tx.query(`SELECT pg_notify('swath_pool', $1)`, [poolId]);
}

/** Makes the command streams of nodes look again. */
export async function wakeNodes(tx: Queryable, nodeIds: readonly string[]): Promise<void> {
  for (const nodeId of new Set(nodeIds)) await tx.query(`SELECT pg_notify('swath_lease', $1)`, [nodeId]);
}

/** Makes the workflow of a sweep look at it again. */
export async function wakeSweep(tx: Queryable, sweepId: string): Promise<void> {
  await enqueueOutbox(tx, [{ topic: 'sweep.changed', key: sweepId, payload: { sweepId } }]);
}
