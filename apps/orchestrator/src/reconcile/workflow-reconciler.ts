/**
 * Starts workflows that should exist and do not: after a loss of Temporal's data, a workflow terminated by hand, or a start that
 * never arrived. Compares open rows with running workflows once a minute; starting one that runs after all is harmless.
 */
import { Logger } from '@nestjs/common';
import pMap from 'p-map';
import { sweepWorkflowId, trialWorkflowId } from '@swath/contracts';
import type { Database } from '@swath/persistence';
import { runningWorkflowIds, startSweep, startTrials } from '@swath/temporal';
import type { ControlClient } from '@swath/temporal';
import { BackgroundLoop } from '../background/background-loop.js';
import { ifLeader } from '../background/leadership.js';
import { openSweeps, openTrials } from './open-rows.js';

/** Between two comparisons, ms. */
const COMPARE_MS = 60_000;

/** Ids that were missing and have been started. */
export interface Reconciled {
  readonly sweeps: readonly string[];
  readonly trials: readonly string[];
}

/** Compares once and starts what is missing. */
export async function reconcileWorkflows(db: Database, control: ControlClient): Promise<Reconciled> {
  // Rows first: a workflow that ends in between is then at worst started again, and sees at once that it has ended.
  const [sweepRows, trialRows] = [await openSweeps(db), await openTrials(db)];
  const runningSweeps = sweepRows.length === 0 ? new Set() : await runningWorkflowIds(control, 'sweep');
  const runningTrials = trialRows.length === 0 ? new Set() : await runningWorkflowIds(control, 'trial');
  const sweeps = sweepRows.filter((id) => !runningSweeps.has(sweepWorkflowId(id)));
  const trials = trialRows.filter((id) => !runningTrials.has(trialWorkflowId(id)));
  await pMap(sweeps, (id) => startSweep(control, id), { concurrency: 10 });
  await startTrials(control, trials);
  return { sweeps, trials };
}

/** The reconciler's loop; `start()` it, `stop()` it. */
export function createWorkflowReconciler(db: Database, control: ControlClient): BackgroundLoop {
  const logger = new Logger('WorkflowReconciler');
  return new BackgroundLoop('WorkflowReconciler', async () => {
    await ifLeader(db, 'workflow-reconciler', async () => {
      const { sweeps, trials } = await reconcileWorkflows(db, control);
      if (sweeps.length + trials.length > 0) {
        logger.warn({ message: 'started missing workflows', sweeps: sweeps.length, trials: trials.length });
      }
    });
    return COMPARE_MS;
  });
}
