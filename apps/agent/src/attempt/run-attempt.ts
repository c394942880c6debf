/**
 * The whole life of an attempt on this node, on one page: files, command and environment, start through a waiting guard,
 * metrics and output on their way to the server, the end reported, the next lease taken from the same reply. The agent
 * calls it for each lease it is granted, and for each attempt it adopts after a restart.
 */
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { expandCommand } from '@swath/contracts';
import type { CompleteReply, LeasePoll, ProcessExit } from '@swath/contracts';
import { GatewayError } from '../gateway/http-json.js';
import { untilAnswered } from '../gateway/retry.js';
import type { ReceivedLease } from '../lease/lease-poller.js';
import { NodeSession } from '../lease/node-session.js';
import type { AttemptContext } from './attempt-context.js';
import { attemptEnvironment } from './attempt-environment.js';
import { attemptFiles, createAttemptFiles, isSafeId, releaseAttemptFiles } from './attempt-files.js';
import { AttemptStreams } from './attempt-streams.js';
import { Attempt } from './attempt.js';

/** Starts the process of a lease. The caller follows it with `followAttempt`. */
export function startAttempt({ grant, sentNs }: ReceivedLease, context: AttemptContext): Attempt {
  const { agentFolder, guards, namespace, host, inherited, pythonFolder, log } = context;
  // Ids become file names and parts of addresses here.
  for (const id of [grant.attemptId, grant.trialId, grant.leaseId, grant.runId]) {
    if (!isSafeId(id)) throw new Error(`the id ${JSON.stringify(id)} cannot be a file name`);
  }
  const files = attemptFiles(agentFolder, grant);
  createAttemptFiles(files, grant);
  const devices = context.provider.environment(context.slots.pick(grant.slots));
  const resumeFrom = checkpointOf(files.checkpoints, grant.attempt > 1 || grant.resume !== undefined);
  const env = attemptEnvironment({ grant, files, host, inherited, pythonFolder, devices, resumeFrom });
  const argv = expandCommand(grant.command, {
    parameters: grant.parameters,
    program: grant.program,
    interpreter: interpreterOn(env['PATH'] ?? ''),
    environment: env,
    argsJsonFile: files.parameters,
  });
  const attempt = new Attempt({
    grant,
    files,
    guard: guards.take(),
    namespace,
    startedNs: process.hrtime.bigint(),
    deadlineNs: sentNs + BigInt(grant.ttlMs) * 1_000_000n,
    onGap: context.onGap,
    log,
  });
  // Here and not in the guard, whose own folder is the root: a relative folder counts from where the agent was started.
  const cwd = grant.workingDir === undefined ? files.work : resolve(grant.workingDir);
  attempt.start({ argv, cwd, env });
  log.info(
    { leaseId: grant.leaseId, trialId: grant.trialId, attempt: grant.attempt, slots: grant.slots },
    'attempt started',
  );
  return attempt;
}

/** Follows an attempt to its acknowledged end, and passes on the lease that comes with the acknowledgement. */
export async function followAttempt(
  attempt: Attempt,
  context: AttemptContext,
  onEnded: () => void,
): Promise<void> {
  const streams = new AttemptStreams(attempt, context);
  const exit = await attempt.exit;
  await streams.finishMetrics();
  const acknowledged = await completeAttempt(attempt, exit, context);
  onEnded();
  if (!exit.reaped) {
    context.log.error(
      { leaseId: attempt.grant.leaseId, slots: attempt.grant.slots },
      'a process cannot be killed; its slots are taken out of use',
    );
  }
  await attempt.closed;
  await streams.finishLogs();
  streams.close();
  if (!acknowledged || context.signal.aborted) return;
  const failed = exit.cause === 'exit' && exit.code !== 0;
  await releaseAttemptFiles(context.agentFolder, attempt.files, {
    keep: failed,
    lastAttempt: exit.cause === 'exit' && exit.code === 0,
  });
}

/** Reports the end and takes the next lease from the reply; false when the agent had to leave before it was answered. */
async function completeAttempt(
  attempt: Attempt,
  exit: ProcessExit,
  context: AttemptContext,
): Promise<boolean> {
  const { gateway, slots, poller, signal, log } = context;
  const { leaseId, attempt: number, slots: used } = attempt.grant;
  if (!exit.reaped) slots.quarantine(used);
  const offered = slots.reoffer(used);
  const poll = await poller.besides(offered);
  log.info(
    { leaseId, cause: exit.cause, code: exit.code, signal: exit.signal, ms: exit.durationMs },
    'attempt ended',
  );
  let sentNs = 0n;
  const send = async (withPoll: LeasePoll | undefined): Promise<CompleteReply> =>
    await untilAnswered(
      async () => {
        sentNs = process.hrtime.bigint();
        const body = { attempt: number, exit, ...(withPoll === undefined ? {} : { poll: withPoll }) };
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
    const next =
      reply.next === undefined || poll === undefined
        ? undefined
        : await poller.confirm(reply.next, poll.generation);
    poller.take(next, offered, sentNs);
    return true;
  } catch (error) {
    slots.release(offered);
    if (signal.aborted) return false;
    if (!(error instanceof GatewayError)) throw error;
    // The lease has ended on the server: it knows, or no longer wants to know, how.
    log.warn({ leaseId, reason: error.message }, 'the end of an attempt was refused');
    return true;
  }
}

/** The trial's checkpoint folder when there is something in it to go on from. */
function checkpointOf(folder: string, mayResume: boolean): string | undefined {
  return mayResume && existsSync(folder) && readdirSync(folder).length > 0 ? folder : undefined;
}

const interpreters = new Map<string, string>();

/** `python`, or `python3` where only that is there: W&B means whichever runs Python. */
function interpreterOn(path: string): string {
  const known = interpreters.get(path);
  if (known !== undefined) return known;
  const has = (name: string): boolean =>
    path.split(delimiter).some((folder) => existsSync(join(folder, name)));
  const found = !has('python') && has('python3') ? 'python3' : 'python';
  interpreters.set(path, found);
  return found;
}
