// The end of a sweep: once nothing of it is open, its state becomes final and its report is stored. Called by the sweep
// workflow; harmless to repeat.
import { isSweepEnded, type SweepReason, type SweepState } from '@swath/contracts';
import type { Database, Tx } from '@swath/persistence';
import { publish } from './notices.js';
import { closePaused, promotableTrials } from './promote.js';
import { buildReport } from './report.js';
import { activeMs, clock, lockSweep, type SweepRow } from './sweep-rows.js';

/**
 * Ends a sweep that has no open trial.
 *
 * @param failure  why no further trial can be launched: the sweep then ends as `failed`, unless it was ending anyway
 * @returns its state: an end state, or the present one while trials are open or it may still launch
 */
export async function finishSweep(db: Database, sweepId: string, failure?: string): Promise<SweepState> {
  return db.transaction(async (tx) => {
    const sweep = await lockSweep(tx, sweepId);
    if (isSweepEnded(sweep.state)) return sweep.state;
    const end = endOf(sweep, failure);
    if (end === undefined || (await hasOpenTrial(tx, sweepId))) return sweep.state;
    if (sweep.state === 'running' && (await promotableTrials(tx, sweep)).length > 0) return sweep.state;
    await closePaused(tx, sweep);
    const now = await clock(tx);
    await tx.query(
      `UPDATE sweep SET state = $2, reason = $3, reason_text = $4, ended_at = $5, active_ms = $6, active_since = NULL,
         version = version + 1 WHERE id = $1`,
      [sweepId, end.state, end.reason, end.text, now, activeMs(sweep, now)],
    );
    const report = await buildReport(tx, sweepId);
    await tx.query('UPDATE sweep SET report = $2 WHERE id = $1', [sweepId, JSON.stringify(report)]);
    await publish(tx, [
      {
        projectId: sweep.project_id,
        topic: `sweep:${sweepId}`,
        name: 'sweep.finished',
        entity: { id: sweepId, state: end.state, reason: end.reason, text: end.text, best: report.best },
      },
    ]);
    return end.state;
  });
}

async function hasOpenTrial(tx: Tx, sweepId: string): Promise<boolean> {
  const rows = await tx.query<{ id: string }>(
    `SELECT id FROM trial WHERE sweep_id = $1 AND ended_at IS NULL AND state <> 'paused' LIMIT 1`,
    [sweepId],
  );
  return rows.length > 0;
}

interface End {
  readonly state: SweepState;
  readonly reason: SweepReason | null;
  readonly text: string | null;
}

/** The end state a sweep would take now, or `undefined` while it may still launch trials. */
function endOf(sweep: SweepRow, failure?: string): End | undefined {
  switch (sweep.state) {
    case 'cancelling':
      return { state: 'cancelled', reason: sweep.reason, text: sweep.reason_text };
    case 'stopping':
      return { state: stateAfter(sweep.reason), reason: sweep.reason, text: sweep.reason_text };
    case 'running':
    case 'paused': {
      if (sweep.max_trials !== null && sweep.next_trial > sweep.max_trials) {
        return { state: 'finished', reason: 'max_trials', text: `max_trials of ${sweep.max_trials} reached` };
      }
      if (failure !== undefined) return { state: 'failed', reason: 'internal', text: failure };
      if (!sweep.exhausted) return undefined;
      return {
        state: 'finished',
        reason: 'exhausted',
        text: 'every point of the search space was evaluated',
      };
    }
    case 'finished':
    case 'stopped':
    case 'cancelled':
    case 'failed':
      return undefined;
  }
}

function stateAfter(reason: SweepReason | null): SweepState {
  if (reason === 'user') return 'stopped';
  return reason === 'failures' ? 'failed' : 'finished';
}
