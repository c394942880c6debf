/**
 * Carries messages to Temporal. Every call is idempotent, so a message may be delivered twice; the rows of one that fails go back
 * to the outbox. Called by the relay.
 */
import pMap from 'p-map';
import {
  signalAttemptEnded,
  signalSweepChanged,
  signalTrialsDone,
  startSweep,
  startTrials,
} from '@swath/temporal';
import type { ControlClient } from '@swath/temporal';
import type { DoneBatch } from './done-batcher.js';
import type { OutboxMessage } from './outbox-message.js';

/** Calls to Temporal in flight at once. */
const CALLS_AT_ONCE = 10;

/** A message with the row it came in. */
export interface RowMessage<Message = OutboxMessage> {
  readonly rowId: bigint;
  readonly message: Message;
}

/** A message that is delivered by itself; closed trials are gathered instead. */
export type DirectMessage = Exclude<OutboxMessage, { topic: 'sweep.trialDone' }>;

/** One call to Temporal and the rows that it settles. */
export interface Delivery {
  readonly rowIds: readonly bigint[];
  readonly send: (control: ControlClient) => Promise<void>;
}

/** What became of deliveries, by row. */
export interface DeliveryResult {
  readonly settled: readonly bigint[];
  readonly returned: readonly bigint[];
  readonly errors: readonly unknown[];
}

/** One delivery per message, but one for all "changed" messages of a sweep. */
export function planDirect(messages: readonly RowMessage<DirectMessage>[]): Delivery[] {
  const changed = new Map<string, bigint[]>();
  const deliveries: Delivery[] = [];
  for (const { rowId, message } of messages) {
    if (message.topic === 'sweep.changed') {
      changed.set(message.sweepId, [...(changed.get(message.sweepId) ?? []), rowId]);
    } else {
      deliveries.push({ rowIds: [rowId], send: (control) => sendOne(control, message) });
    }
  }
  for (const [sweepId, rowIds] of changed) {
    deliveries.push({ rowIds, send: (control) => signalSweepChanged(control, sweepId) });
  }
  return deliveries;
}

/** The delivery of closed trials of one sweep. */
export function planDone({ sweepId, trials }: DoneBatch): Delivery {
  const trialIds = trials.map((trial) => trial.trialId);
  return {
    rowIds: trials.map((trial) => trial.rowId),
    send: (control) => signalTrialsDone(control, sweepId, trialIds),
  };
}

/** Sends deliveries, ten at a time; one that fails does not hold up the others. */
export async function deliver(
  control: ControlClient,
  deliveries: readonly Delivery[],
): Promise<DeliveryResult> {
  const settled: bigint[] = [];
  const returned: bigint[] = [];
  const errors: unknown[] = [];
  await pMap(
    deliveries,
    async ({ rowIds, send }) => {
      try {
        await send(control);
        settled.push(...rowIds);
      } catch (error) {
        returned.push(...rowIds);
        errors.push(error);
      }
    },
    { concurrency: CALLS_AT_ONCE },
  );
  return { settled, returned, errors };
}

function sendOne(
  control: ControlClient,
  message: Exclude<DirectMessage, { topic: 'sweep.changed' }>,
): Promise<void> {
  switch (message.topic) {
    case 'sweep.start':
      return startSweep(control, message.sweepId);
    case 'trial.start':
      return startTrials(control, [message.trialId]);
    case 'trial.attemptEnded':
      return signalAttemptEnded(control, message.trialId, message.attempt);
  }
}
