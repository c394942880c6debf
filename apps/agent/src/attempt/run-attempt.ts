/**
 * The whole life of an attempt on this node, on one page: start through a waiting guard, metrics and output on their way to the
 * server, the next attempt started on the slot that becomes free, the end reported, new leases taken from the reply. The agent
 * calls it for each lease it is granted, and for each attempt it adopts after a restart.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { CompleteReply, LeasePoll, ProcessExit } from '@swath/contracts';
import { CheckpointKeeper } from '../checkpoint/checkpoint-keeper.js';
import { GatewayError } from '../gateway/http-json.js';
import { untilAnswered } from '../gateway/retry.js';
import { NodeSession } from '../lease/node-session.js';
import type { AttemptContext } from './attempt-context.js';
import { releaseAttemptFiles, removeAttemptFiles } from './attempt-files.js';
import { AttemptStreams } from './attempt-streams.js';
import type { Attempt } from './attempt.js';
import { giveBack } from './report-ended.js';
import { reportStart, startOf } from './report-start.js';

/** Follows an attempt to its acknowledged end, and passes on the leases that come with the acknowledgement. */
export async function followAttempt(
  attempt: Attempt,
  context: AttemptContext,
  onEnded: () => void,
): Promise<void> {
  const { leaseId, slots } = attempt.grant;
  // Before anything is awaited: between two attempts of a slot lies nothing but this.
  const ended = attempt.exit.then((exit) => ({ exit, follower: context.ahead.follow(attempt, exit) }));
  if ((await attempt.confirmed) === 'fenced') {
    await dropAttempt(attempt, await ended, context);
    onEnded();
    return;
  }
  const streams = new AttemptStreams(attempt, context);
  const checkpoints = new CheckpointKeeper(attempt, context);
  checkpoints.watch();
  const { exit, follower } = await ended;
  if (follower !== undefined) await letStart(follower, exit.durationMs, context.signal);
  await streams.finishMetrics();
  await checkpoints.finish(exit);
  const acknowledged = await completeAttempt(attempt, { exit, follower }, context);
  onEnded();
  if (!exit.reaped) {
    context.log.error({ leaseId, slots }, 'a process cannot be killed; its slots are taken out of use');
  }
  await attempt.closed;
  await streams.finishLogs();
  streams.close();
  if (!acknowledged || context.signal.aborted) return;
  const failed = exit.cause === 'exit' && exit.code !== 0;
  await releaseAttemptFiles(context.agentFolder, attempt.files, { keep: failed });
}

/**
 * Leaves no trace of an attempt whose lease was not this node's any more when it was started: its rows would mix with those of the same
 * attempt when it is granted again.
 */
async function dropAttempt(
  attempt: Attempt,
  { exit, follower }: Ending,
  context: AttemptContext,
): Promise<void> {
  const { slots } = attempt.grant;
  if (!exit.reaped) context.slots.quarantine(slots);
  if (follower === undefined) context.slots.release(slots);
  else await reportStart(follower, context);
  await giveBack(attempt.grant, context);
  await attempt.closed;
  removeAttemptFiles(attempt.files);
}

/** Longest pause after a start before the end that made room for it is reported, milliseconds. */
const START_PAUSE_MS = 150;

/** The command that was just started goes first: what the report sets in motion, here and on a server beside, would slow it down. */
async function letStart(follower: Attempt, ranMs: number, signal: AbortSignal): Promise<void> {
  await follower.running;
  await delay(Math.min(START_PAUSE_MS, ranMs / 4), undefined, { signal }).catch(() => undefined);
}

interface Ending {
  readonly exit: ProcessExit;
  /** What was started on its slots. */
  readonly follower: Attempt | undefined;
}

/**
 * Reports the end, with the start of what follows, and takes new leases from the reply; false when the agent had to leave before
 * it was answered.
 */
async function completeAttempt(
  attempt: Attempt,
  { exit, follower }: Ending,
  context: AttemptContext,
): Promise<boolean> {
  const { gateway, slots, poller, signal, log } = context;
  const { leaseId, attempt: number, slots: used } = attempt.grant;
  if (!exit.reaped) slots.quarantine(used);
  const poll = await poller.besides(follower === undefined ? slots.reoffer(used) : []);
  log.info(
    { leaseId, cause: exit.cause, code: exit.code, signal: exit.signal, ms: exit.durationMs },
    'attempt ended',
  );
  let sentNs = 0n;
  const send = async (withPoll: LeasePoll | undefined): Promise<CompleteReply> =>
    await untilAnswered(
      async () => {
        sentNs = process.hrtime.bigint();
        const start =
          follower === undefined
            ? {}
            : {
                start: { leaseId: follower.grant.leaseId, ...startOf(follower.grant, follower.elapsedMs()) },
              };
        const body = {
          attempt: number,
          exit,
          ...start,
          ...(withPoll === undefined ? {} : { poll: withPoll }),
        };
        return await gateway.complete(leaseId, body, signal);
      },
      { signal, maxDelayMs: 5000 },
    );
  try {
    const reply = await send(poll).catch(async (error: unknown) => {
      // The offer names an inventory that the server no longer knows: the end counts without it.
      if (poll === undefined || !NodeSession.isForgotten(error)) throw error;
      return await send(undefined);
    });
    if (follower !== undefined) {
      if (reply.start === undefined) await reportStart(follower, context);
      else follower.confirm(reply.start);
    }
    await poller.takeFrom(poll, reply.next, sentNs);
    return true;
  } catch (error) {
    await poller.takeFrom(poll, undefined, sentNs);
    // The start has not been looked at.
    if (follower !== undefined) await reportStart(follower, context);
    if (signal.aborted) return false;
    if (!(error instanceof GatewayError)) throw error;
    // The lease has ended on the server: it knows, or no longer wants to know, how.
    log.warn({ leaseId, reason: error.message }, 'the end of an attempt was refused');
    return true;
  }
}
