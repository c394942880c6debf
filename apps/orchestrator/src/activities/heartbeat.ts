/** Keeps Temporal informed that an activity is alive, so that a killed orchestrator is noticed within seconds. */
import { heartbeat } from '@temporalio/activity';

/** Between two heartbeats, ms; a third of the heartbeat timeout in the workflows' table. */
const BEAT_MS = 5_000;

/** Runs `body` and reports a heartbeat at once and every 5 s until it ends. */
export async function withHeartbeat<Result>(body: () => Promise<Result>): Promise<Result> {
  heartbeat();
  const timer = setInterval(() => {
    heartbeat();
  }, BEAT_MS);
  try {
    return await body();
  } finally {
    clearInterval(timer);
  }
}
