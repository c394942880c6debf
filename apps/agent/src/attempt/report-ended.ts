/**
 * Reports ends that have no running process any more: attempts that ended while no agent was there, and leases whose
 * attempt could not be started. Streams left on disk are delivered first.
 */
import type { LeaseGrant, ProcessExit } from '@swath/contracts';
import { CheckpointKeeper } from '../checkpoint/checkpoint-keeper.js';
import { GatewayError } from '../gateway/http-json.js';
import { untilAnswered } from '../gateway/retry.js';
import type { ReceivedLease } from '../lease/received-lease.js';
import type { FoundAttempt } from './adopt-attempts.js';
import { releaseAttemptFiles, removeAttemptFiles } from './attempt-files.js';
import { bootId } from './attempt-record.js';
import type { AttemptRecord } from './attempt-record.js';
import { AttemptStreams } from './attempt-streams.js';
import type { AttemptContext } from './attempt-context.js';
import { reportStart } from './report-start.js';

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
    stopReason: undefined,
  };
  if (record.ahead === true) {
    const start = { grant: record.grant, elapsedMs: () => sinceStart(record, exit) };
    if ((await reportStart(start, context)) === 'fenced') {
      await giveBack(record.grant, context);
      removeAttemptFiles(files);
      return;
    }
  }
  const streams = new AttemptStreams(ended, context);
  await streams.finishMetrics();
  await new CheckpointKeeper(ended, context).finish(exit);
  const acknowledged = await reportExit(record.grant, exit, context);
  await streams.finishLogs();
  streams.close();
  if (acknowledged) await releaseAttemptFiles(context.agentFolder, files, { keep: false });
}

/** Milliseconds since the attempt was started; after another boot of the machine at least as long as it ran. */
function sinceStart(record: AttemptRecord, exit: ProcessExit): number {
  if (record.bootId !== bootId()) return exit.durationMs;
  return Number(process.hrtime.bigint() - BigInt(record.startedNs)) / 1e6;
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

/** Gives a lease ahead back that was not started, until the server has answered. */
export async function giveBack(
  { leaseId, attempt }: Pick<LeaseGrant, 'leaseId' | 'attempt'>,
  { gateway, signal, log }: AttemptContext,
): Promise<void> {
  try {
    await untilAnswered(() => gateway.release(leaseId, { attempt }, signal), { signal, maxDelayMs: 5000 });
  } catch (error) {
    // It has ended on the server, or this agent leaves and its node is signed off.
    log.debug({ leaseId, reason: String(error) }, 'a lease ahead could not be given back');
  }
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
