/** Outbox rows as messages with checked fields. The relay parses each claimed row before it does anything with it. */
import type { OutboxRow } from '@swath/lifecycle';

/** What a row asks for. */
export type OutboxMessage =
  | { readonly topic: 'sweep.start'; readonly sweepId: string }
  | { readonly topic: 'sweep.changed'; readonly sweepId: string }
  | { readonly topic: 'sweep.trialDone'; readonly sweepId: string; readonly trialId: string }
  | { readonly topic: 'trial.start'; readonly trialId: string }
  | { readonly topic: 'trial.attemptEnded'; readonly trialId: string; readonly attempt: number };

/**
 * The message of a row.
 *
 * @throws TypeError if a field is missing: a defect of whoever wrote the row
 */
export function parseRow({ topic, payload }: Pick<OutboxRow, 'topic' | 'payload'>): OutboxMessage {
  switch (topic) {
    case 'sweep.start':
    case 'sweep.changed':
      return { topic, sweepId: text(payload, 'sweepId') };
    case 'sweep.trialDone':
      return { topic, sweepId: text(payload, 'sweepId'), trialId: text(payload, 'trialId') };
    case 'trial.start':
      return { topic, trialId: text(payload, 'trialId') };
    case 'trial.attemptEnded':
      return { topic, trialId: text(payload, 'trialId'), attempt: count(payload, 'attempt') };
  }
}

function text(payload: OutboxRow['payload'], field: string): string {
  const value = payload[field];
  if (typeof value !== 'string' || value === '') throw new TypeError(`outbox payload lacks ${field}`);
  return value;
}

function count(payload: OutboxRow['payload'], field: string): number {
  const value = payload[field];
  if (typeof value !== 'number' || !Number.isInteger(value))
    throw new TypeError(`outbox payload lacks ${field}`);
  return value;
}
