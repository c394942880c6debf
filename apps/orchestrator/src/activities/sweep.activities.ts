/** The port of `sweepWorkflow`: each activity is one call into the lifecycle. Starting trial workflows is the outbox relay's work. */
import { cancellationSignal } from '@temporalio/activity';
import { finishSweep, launchTrials, sweepStatus } from '@swath/lifecycle';
import type { Database } from '@swath/persistence';
import type { SweepActivities } from '@swath/workflows/ports';
import type { SuggestPool } from '../suggest/suggest-pool.js';
import { withFailures } from './failures.js';
import { withHeartbeat } from './heartbeat.js';

/** Activities over a database and a pool of searcher threads. */
export function createSweepActivities(db: Database, pool: SuggestPool): SweepActivities {
  return {
    sweepStatus: (sweepId) =>
      withFailures(async () => {
        const { state, window, open, launchable, exhausted, nextLaunch, dueInMs } = await sweepStatus(
          db,
          sweepId,
        );
        return { state, window, open, launchable, exhausted, nextRequest: nextLaunch, dueInMs };
      }),

    launchTrials: (request) =>
      withFailures(() =>
        withHeartbeat(async () => {
          const signal = cancellationSignal();
          const { trialIds } = await launchTrials(db, request, (asked) => pool.suggest(asked, signal));
          return { launched: trialIds.length };
        }),
      ),

    finishSweep: ({ sweepId, failure }) =>
      withFailures(() => withHeartbeat(() => finishSweep(db, sweepId, failure))),
  };
}
