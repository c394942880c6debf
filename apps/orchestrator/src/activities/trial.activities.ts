/** The port of `trialWorkflow`: one call into the lifecycle. */
import { advanceTrial } from '@swath/lifecycle';
import type { Database } from '@swath/persistence';
import type { TrialActivities } from '@swath/workflows/ports';
import { withFailures } from './failures.js';

/** Activities over a database. */
export function createTrialActivities(db: Database): TrialActivities {
  return {
    advanceTrial: (trialId) =>
      withFailures(async () => {
        const { status, attempt } = await advanceTrial(db, trialId);
        return { status, attempt };
      }),
  };
}
