/**
 * Reports ends that have no running process any more: attempts that ended while no agent was there, and leases whose
 * attempt could not be started. Streams left on disk are delivered first.
 */
import type { ProcessExit } from '@swath/contracts';
import { GatewayError } from '../gateway/http-json.js';
import { untilAnswered } from '../gateway/retry.js';
import type { ReceivedLease } from '../lease/lease-poller.js';
import type { FoundAttempt } from './adopt-attempts.js';
import { releaseAttemptFiles } from './attempt-files.js';
import { AttemptStreams } from './attempt-streams.js';
import type { AttemptContext } from './attempt-context.js';

/** Delivers what an attempt of an earlier agent left, and removes it. */
export async function reportEnded(
  { record, files, exit }: Extract<FoundAttempt, { kind: 'ended' }>,
  context: AttemptContext,
): Promise<void> {
  const ended = {
    grant: record.grant,
    files,
    elapsedMs: () => exit.durationMs,
    obey: () => undefined,
    stop: () => undefined,
  };
  const streams = new AttemptStreams(ended, context);
  await streams.finishMetrics();
  const acknowledged = await reportExit(record.grant, exit, context);
  await streams.finishLogs();
  streams.close();
  if (acknowledged)
    await releaseAttemptFiles(context.agentFolder, files, { keep: false, lastAttempt: false });
}

/** Reports a lease whose attempt this node could not start (disk full, folder not writable) or would not, because it leaves. */
export async function reportUnstarted(
  { grant }: ReceivedLease,
  cause: 'node' | 'preempted',
  problem: string,
  context: AttemptContext,
): Promise<void> {
  const exit: ProcessExit = {
    code: null,
    signal: null,
    cause,
    message: `this node did not start the attempt: ${problem}`.slice(0, 2000),
    reaped: true,
    durationMs: 0,
  };
  await reportExit(grant, exit, context);
  context.slots.release(grant.slots);
}

async function reportExit(
  { leaseId, attempt }: { readonly leaseId: string; readonly attempt: number },
  exit: ProcessExit,
  { gateway, signal, log }: AttemptContext,
): Promise<boolean> {
  try {
    await untilAnswered(() => gateway.complete(leaseId, { attempt, exit }, signal), {
      signal,
      maxDelayMs: 5000,
    });
    return true;
  } catch (error) {
    if (!(error instanceof GatewayError)) return false;
    log.warn({ leaseId, reason: error.message }, 'the end of an attempt was refused');
    return true;
  }
}
