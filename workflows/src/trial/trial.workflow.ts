/**
 * The life of a trial: waits for the end of its attempt, lets PostgreSQL decide (next attempt, or close), and returns when the
 * trial has closed. Started as `trial/<id>` with the trial, by the signal that finds it missing, or for a requeued trial again;
 * whenever it starts, it looks first.
 *
 * Placement, leases and the command are not here: they need no workflow. A cancel request only makes it look again.
 */
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  proxyLocalActivities,
  setHandler,
} from '@temporalio/workflow';
import { isHistoryLong } from '../history.js';
import type { TrialInput } from '../messages.js';
import { attemptEnded } from '../messages.js';
import type { TrialActivities } from '../ports/trial.activities.js';
import { REREAD_MS, shortStep } from '../timeouts.js';
import { TrialInbox } from './trial-inbox.js';

const { advanceTrial } = proxyLocalActivities<TrialActivities>(shortStep);

/** Follows a trial until it has closed. */
export async function trialWorkflow(input: TrialInput): Promise<void> {
  const inbox = new TrialInbox(input.attempt ?? 1);
  setHandler(attemptEnded, ({ attempt }) => inbox.noteEnded(attempt));
  CancellationScope.current().cancelRequested.catch(() => inbox.noteEnded(inbox.attempt));

  await CancellationScope.nonCancellable(async () => {
    for (;;) {
      // The timer heals a lost signal: whatever ended the wait, PostgreSQL says what to do.
      await condition(() => inbox.hasNews, input.rereadMs ?? REREAD_MS);
      inbox.beginLook();
      const { status, attempt } = await advanceTrial(input.trialId);
      if (status === 'closed') return;
      inbox.await(attempt);
      if (isHistoryLong(input.historyThreshold)) {
        await condition(allHandlersFinished);
        await continueAsNew<typeof trialWorkflow>({ ...input, attempt });
      }
    }
  });
}
