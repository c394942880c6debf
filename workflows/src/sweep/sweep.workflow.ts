/**
 * The life of a sweep: keeps `window` trials alive until nothing more is to be tried, then finishes it. Started by the outbox
 * relay as `sweep/<id>`; woken by `trialsDone` and `sweepChanged`; looks at PostgreSQL by itself every 10 minutes.
 *
 * Control happens in PostgreSQL, so a cancel request from Temporal's own tools changes nothing: it only makes it look again.
 */
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
} from '@temporalio/workflow';
import { isHistoryLong } from '../history.js';
import type { SweepInput } from '../messages.js';
import { sweepChanged, sweepProgress, trialsDone } from '../messages.js';
import type { SweepActivities } from '../ports/sweep.activities.js';
import { finishStep, launchStep, RECONCILE_MS, shortStep } from '../timeouts.js';
import { SweepController } from './sweep-controller.js';

const { sweepStatus } = proxyLocalActivities<SweepActivities>(shortStep);
const { launchTrials } = proxyActivities<SweepActivities>(launchStep);
const { finishSweep } = proxyActivities<SweepActivities>(finishStep);

/** Runs a sweep to its end. Returns when PostgreSQL says that it has ended. */
export async function sweepWorkflow(input: SweepInput): Promise<void> {
  const { reconcileMs = RECONCILE_MS } = input;
  const controller = new SweepController(input, { sweepStatus, launchTrials, finishSweep });
  setHandler(trialsDone, ({ trialIds }) => controller.noteDone(trialIds));
  setHandler(sweepChanged, () => controller.wake());
  setHandler(sweepProgress, () => controller.progress());
  CancellationScope.current().cancelRequested.catch(() => controller.wake());

  await CancellationScope.nonCancellable(async () => {
    for (;;) {
      const round = await controller.round();
      if (round === 'ended') return;
      // Between rounds nothing is pending and nothing is remembered: a new run may begin at any of them.
      if (isHistoryLong(input.historyThreshold)) {
        await condition(allHandlersFinished);
        await continueAsNew<typeof sweepWorkflow>(controller.carry());
      }
      if (round === 'wait') await condition(() => controller.isAwake, controller.patience(reconcileMs));
    }
  });
}
