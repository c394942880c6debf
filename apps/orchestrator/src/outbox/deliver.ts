/**
 * Carries claimed outbox rows to Temporal. Every call is idempotent, so a row may be delivered twice; a row that fails stays
 * in the outbox and is claimed again later. Called by the relay.
 */
import pMap from 'p-map';
import type { OutboxRow } from '@swath/lifecycle';
import {
  signalAttemptEnded,
  signalSweepChanged,
  signalTrialsDone,
  startSweep,
  startTrials,
} from '@swath/temporal';
import type { ControlClient } from '@swath/temporal';
import type { DoneBatch } from './done-batcher.js';

/** Calls to Temporal in flight at once. */
const CALLS_AT_ONCE = 10;

/** One call to Temporal and the rows that it settles. */
export interface Delivery {
  readonly rowIds: readonly string[];
  readonly send: (control: ControlClient) => Promise<void>;
}

/** What became of deliveries. */
export interface DeliveryResult {
  readonly settled: readonly string[];
  readonly failures: readonly unknown[];
}

/** The row of a closed trial is not delivered alone but with others of its sweep. */
export type DirectRow = Exclude<OutboxRow, { topic: 'sweep.trialDone' }>;

/** The deliveries of rows; several "changed" rows of a sweep need one signal only. */
export function planDeliveries(rows: readonly DirectRow[]): Delivery[] {
  const changed = new Map<string, string[]>();
  const deliveries: Delivery[] = [];
  for (const row of rows) {
    switch (row.topic) {
      case 'sweep.changed': {
        const { sweepId } = row.payload;
        changed.set(sweepId, [...(changed.get(sweepId) ?? []), row.id]);
        break;
      }
      case 'sweep.start': {
        const { sweepId } = row.payload;
        deliveries.push({ rowIds: [row.id], send: (control) => startSweep(control, sweepId) });
        break;
      }
      case 'trial.start': {
        const { trialId } = row.payload;
        deliveries.push({ rowIds: [row.id], send: (control) => startTrials(control, [trialId]) });
        break;
      }
      case 'trial.attemptEnded': {
        const { trialId, attempt } = row.payload;
        deliveries.push({
          rowIds: [row.id],
          send: (control) => signalAttemptEnded(control, trialId, attempt),
        });
        break;
      }
    }
  }
  for (const [sweepId, rowIds] of changed) {
    deliveries.push({ rowIds, send: (control) => signalSweepChanged(control, sweepId) });
  }
  return deliveries;
}

/** The delivery of closed trials of one sweep. */
export function planDone({ sweepId, messages }: DoneBatch): Delivery {
  const trialIds = messages.map((message) => message.trialId);
  return {
    rowIds: messages.map((message) => message.outboxId),
    send: (control) => signalTrialsDone(control, sweepId, trialIds),
  };
}

/** Sends deliveries, ten at a time; one that fails does not hold up the others. */
export async function deliver(
  control: ControlClient,
  deliveries: readonly Delivery[],
): Promise<DeliveryResult> {
  const settled: string[] = [];
  const failures: unknown[] = [];
  await pMap(
    deliveries,
    async ({ rowIds, send }) => {
      try {
        await send(control);
        settled.push(...rowIds);
      } catch (error) {
        failures.push(error);
      }
    },
    { concurrency: CALLS_AT_ONCE },
  );
  return { settled, failures };
}
