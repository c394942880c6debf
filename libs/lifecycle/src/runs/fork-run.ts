// A run that begins at a step of another one: the rows up to there are copied into a stream of their own, because the client
// counts the lines it adds from 0. Called by `upsert-run.ts` when a config names a branch point.
import {
  decodeExactRows,
  isExtendedObject,
  parseExtendedJson,
  stepOf,
  type ExtendedJson,
  type Tx,
} from '@swath/persistence';
import { storeLines } from './store-lines.js';

/** The stream of rows that a run has from the one it branched off. */
export const FORK_STREAM = 'fork';

/** Where a run branches off. */
export interface BranchPoint {
  /** The client's name of the other run, of the same project. */
  readonly runName: string;
  /** Last step that is taken over. */
  readonly step: number;
}

/** The branch point in the client's own part of a config; rewinding a run names the run itself, which is none. */
export function branchPointOf(config: string, ownName: string): BranchPoint | undefined {
  if (!config.includes('"branch_point"')) return undefined;
  const point = memberOf(memberOf(memberOf(parseExtendedJson(config), '_wandb'), 'value'), 'branch_point');
  const runName = memberOf(point, 'run_id');
  const step = memberOf(point, 'step');
  if (typeof runName !== 'string' || runName === ownName || step === null) return undefined;
  const number = Number(step);
  return Number.isSafeInteger(number) ? { runName, step: number } : undefined;
}

function memberOf(value: ExtendedJson, key: string): ExtendedJson {
  return isExtendedObject(value) ? (value[key] ?? null) : null;
}

/** Copies the rows up to a branch point into a run that has none of them yet. A run that is not there gives none. */
export async function forkHistory(
  tx: Tx,
  run: { readonly id: string; readonly projectId: string },
  point: BranchPoint,
): Promise<void> {
  const chunks = await tx.query<{ body: Buffer }>(
    `SELECT c.body FROM metric_chunk c JOIN run r ON r.id = c.run_id
     WHERE r.project_id = $2 AND r.name = $3 AND r.deleted_at IS NULL AND c.first_step <= $4
       AND c.stream <> 'events' AND c.stream NOT LIKE 'events-%'
       AND NOT EXISTS (SELECT 1 FROM metric_chunk WHERE run_id = $1 AND stream = $5)
     ORDER BY c.stream, c.first_row`,
    [run.id, run.projectId, point.runName, point.step, FORK_STREAM],
  );
  let offset = 0;
  for (const chunk of chunks) {
    const rows = decodeExactRows(chunk.body).filter((row) => (stepOf(row) ?? Infinity) <= point.step);
    await storeLines(tx, { runId: run.id, attempt: 1, stream: FORK_STREAM, offset, rows, late: false });
    offset += rows.length;
  }
  if (offset === 0) return;
  await tx.query(
    `UPDATE run SET row_count = row_count + $2, last_step = greatest(last_step, (
       SELECT max(last_step) FROM metric_chunk WHERE run_id = $1)) WHERE id = $1`,
    [run.id, offset],
  );
}
