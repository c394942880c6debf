/**
 * An append-only record of the processes this node has run: one line when a command is about to start, one when nothing of
 * it is left. The guard writes both, so they are true also while no agent lives; for a guard that was killed the agent
 * writes the end. It answers afterwards, without the server's word, whether two attempts ever ran at the same time.
 */
import { appendFileSync, renameSync, statSync } from 'node:fs';

/** Which attempt a line is about. */
export interface JournaledAttempt {
  readonly attemptId: string;
  readonly trialId: string;
  readonly attempt: number;
  readonly slots: readonly number[];
}

/** Size at which the journal is set aside and begun anew; the one set aside before is lost. */
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * Appends a line; shorter than a page, so writers do not mix.
 *
 * @param atNs  CLOCK_MONOTONIC, nanoseconds
 * @param reaped  of an end: every process was seen to be gone
 */
export function recordProcess(
  file: string,
  attempt: JournaledAttempt,
  event: { readonly type: 'start' | 'reap'; readonly atNs: bigint; readonly reaped?: boolean },
): void {
  try {
    appendFileSync(file, `${JSON.stringify({ ...event, ...attempt, atNs: String(event.atNs) })}\n`, {
      mode: 0o600,
    });
  } catch {
    // A full disk must not keep an attempt from starting or ending.
  }
}

/** Sets a large journal aside. Called at the start of an agent. */
export function rotateProcessJournal(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > MAX_BYTES) renameSync(file, `${file}.old`);
}
