// One post of a client's stream: history, system metrics, summary, console and the end, in one transaction. History of a trial
// goes the way of every measurement: followed and judged, and the reply says whether to stop.
import { createHash } from 'node:crypto';
import { DomainError, type MetricRow } from '@swath/contracts';
import {
  parseExtendedJson,
  stepOf,
  toJsonbText,
  type Database,
  type ExactRow,
  type Tx,
} from '@swath/persistence';
import { lookAtSweep } from '../initial-failures.js';
import { judgeRows, lockMeasured } from '../measure.js';
import type { MeasuredTrial } from '../measured-trial.js';
import { publish } from '../notices.js';
import { lockRun, type LockedRun } from './run-rows.js';
import { storeConsole, storeLines, type ConsoleLine } from './store-lines.js';

/** Lines of one file of a post. */
export interface StreamPart<Line> {
  readonly offset: number;
  readonly lines: readonly Line[];
}

/** What a client posts. */
export interface StreamPost {
  readonly history?: StreamPart<ExactRow>;
  readonly events?: StreamPart<ExactRow>;
  readonly console?: StreamPart<ConsoleLine>;
  /** The whole summary, extended JSON. */
  readonly summary?: string;
  /** Set by each of several processes that write one run with counters of their own. */
  readonly writer?: string;
  readonly preempting?: boolean;
  /** The process has ended. */
  readonly exitCode?: number;
}

/** What the client should do. */
export interface StreamReply {
  /** The process should end. */
  readonly stop: boolean;
  /** The lease under which the run is executed. */
  readonly leaseId: string | null;
}

/** Stores a post. @throws `run/not-found` */
export async function recordStream(
  db: Database,
  request: { readonly runId: string; readonly projectId: string; readonly post: StreamPost },
): Promise<StreamReply> {
  const { runId, post } = request;
  const done = await db.transaction(async (tx) => {
    const trial = await lockMeasured(tx, runId);
    const run = await lockRun(tx, runId);
    if (run === undefined) throw new DomainError('run/not-found', `there is no run ${runId}`);
    const judged = await recordHistory(tx, { run, trial, post });
    await recordEvents(tx, run, trial, post);
    await recordSummary(tx, runId, post);
    await recordConsole(tx, run, trial, post);
    await recordLife(tx, run, trial, post);
    await announce(tx, request.projectId, runId, post);
    const stop = judged.stop !== null || (trial?.stop_reason ?? null) !== null || run.stopRequested;
    return { reply: { stop, leaseId: trial?.lease_id ?? null }, sweepId: judged.sweepId };
  });
  if (done.sweepId !== undefined) await lookAtSweep(db, done.sweepId);
  return done.reply;
}

interface Target {
  readonly run: LockedRun;
  readonly trial: MeasuredTrial | undefined;
  readonly post: StreamPost;
}

/** A run that stands alone has one attempt. */
function attemptOf(trial: MeasuredTrial | undefined): number {
  return Math.max(1, trial?.attempt_count ?? 1);
}

function streamName(base: string, writer: string | undefined): string {
  return writer === undefined
    ? base
    : `${base}-${createHash('sha256').update(writer).digest('hex').slice(0, 12)}`;
}

async function recordHistory(
  tx: Tx,
  { run, trial, post }: Target,
): Promise<{ readonly stop: string | null; readonly sweepId?: string }> {
  const { history } = post;
  if (history === undefined || history.lines.length === 0) return { stop: null };
  const live = typeof trial?.lease_id === 'string';
  const changed = await storeLines(tx, {
    runId: run.id,
    attempt: attemptOf(trial),
    stream: streamName('history', post.writer),
    offset: history.offset,
    rows: history.lines,
    late: trial !== undefined && !live,
  });
  if (!changed) return { stop: null };
  await countHistory(tx, run.id, history, post.writer);
  if (trial === undefined || !live) return { stop: null };
  const fresh = unseen(run, history, post.writer);
  if (fresh.length === 0) return { stop: null };
  return judgeRows(tx, trial, { runId: run.id, rows: fresh.map(measured) });
}

/** Lines beyond those that were judged already. */
function unseen(
  run: LockedRun,
  history: StreamPart<ExactRow>,
  writer: string | undefined,
): readonly ExactRow[] {
  const known = writer === undefined ? run.historyLines : 0;
  return history.lines.slice(Math.max(0, known - history.offset));
}

/** Keeps count of lines, for clients that resume, and of the newest step. */
async function countHistory(
  tx: Tx,
  runId: string,
  history: StreamPart<ExactRow>,
  writer: string | undefined,
): Promise<void> {
  const lastStep = history.lines.reduce((most, row) => Math.max(most, stepOf(row) ?? -1), -1);
  const end = history.offset + history.lines.length;
  await tx.query(
    `UPDATE run SET history_lines = ${writer === undefined ? 'greatest(history_lines, $2)' : 'history_lines + $4'},
       last_step = CASE WHEN $3::bigint < 0 THEN last_step ELSE greatest(last_step, $3::bigint) END,
       row_count = row_count + $4 WHERE id = $1 AND $2::bigint >= 0`,
    [runId, end, lastStep, history.lines.length],
  );
}

const NUMBER = /^(?:NaN|-?Infinity|-?\d.*)$/;

/** The numbers of a row, as pruners read them. */
function measured(row: ExactRow): MetricRow {
  const values: Record<string, number | string> = {};
  for (const [name, text] of row) {
    if (!NUMBER.test(text)) continue;
    const value = Number(text);
    values[name] = Number.isFinite(value) ? value : String(value);
  }
  const step = stepOf(row);
  return step === undefined || step < 0 ? { values } : { step, values };
}

async function recordEvents(
  tx: Tx,
  run: LockedRun,
  trial: MeasuredTrial | undefined,
  { events, writer }: StreamPost,
): Promise<void> {
  if (events === undefined || events.lines.length === 0) return;
  await storeLines(tx, {
    runId: run.id,
    attempt: attemptOf(trial),
    stream: streamName('events', writer),
    offset: events.offset,
    rows: events.lines,
    late: false,
  });
  await tx.query('UPDATE run SET event_lines = greatest(event_lines, $2) WHERE id = $1', [
    run.id,
    events.offset + events.lines.length,
  ]);
}

/** The last summary wins; several writers of one run are merged key by key. */
async function recordSummary(tx: Tx, runId: string, { summary, writer }: StreamPost): Promise<void> {
  if (summary === undefined) return;
  const json = toJsonbText(parseExtendedJson(summary));
  if (writer === undefined) {
    await tx.query('UPDATE run SET summary_text = $2, summary = $3 WHERE id = $1', [runId, summary, json]);
    return;
  }
  await tx.query('UPDATE run SET summary_text = NULL, summary = summary || $2::jsonb WHERE id = $1', [
    runId,
    json,
  ]);
}

async function recordConsole(
  tx: Tx,
  run: LockedRun,
  trial: MeasuredTrial | undefined,
  post: StreamPost,
): Promise<void> {
  if (post.console === undefined || post.console.lines.length === 0 || post.writer !== undefined) return;
  const { offset, lines } = post.console;
  await storeConsole(tx, {
    runId: run.id,
    attempt: attemptOf(trial),
    offset,
    stored: run.logLines,
    lines,
  });
  await tx.query('UPDATE run SET log_lines = greatest(log_lines, $2) WHERE id = $1', [
    run.id,
    offset + lines.length,
  ]);
}

/** Heartbeat and end. What was asked of the process goes before what it says. */
async function recordLife(
  tx: Tx,
  run: LockedRun,
  trial: MeasuredTrial | undefined,
  post: StreamPost,
): Promise<void> {
  if (post.exitCode === undefined) {
    const state = post.preempting === true ? 'preempted' : 'running';
    await tx.query(
      `UPDATE run SET heartbeat_at = clock_timestamp(), updated_at = clock_timestamp(),
         state = CASE WHEN ended_at IS NULL AND state IN ('pending', 'running') THEN $2 ELSE state END WHERE id = $1`,
      [run.id, state],
    );
    return;
  }
  const asked = run.stopRequested || (trial?.stop_reason ?? null) !== null;
  const state = asked ? 'killed' : post.exitCode === 0 ? 'finished' : 'failed';
  await tx.query(
    `UPDATE run SET heartbeat_at = clock_timestamp(), updated_at = clock_timestamp(), exit_code = $3,
       state = CASE WHEN EXISTS (SELECT 1 FROM trial t WHERE t.run_id = run.id AND t.ended_at IS NOT NULL) THEN state ELSE $2 END,
       ended_at = coalesce(ended_at, clock_timestamp())
     WHERE id = $1`,
    [run.id, state, post.exitCode],
  );
}

async function announce(tx: Tx, projectId: string, runId: string, post: StreamPost): Promise<void> {
  if (post.history === undefined && post.exitCode === undefined) return;
  const name = post.exitCode === undefined ? 'run.updated' : 'run.ended';
  await publish(tx, [{ projectId, topic: `run:${runId}`, name, entity: { id: runId } }]);
}
