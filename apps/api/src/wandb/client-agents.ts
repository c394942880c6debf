/**
 * Heartbeats of client agents. A busy agent's heartbeat is held until its run says that it is over, and answered with the next
 * one: that takes away most of the pause between two trials. Held or not, one command at a time, and a stop goes first.
 */
import { randomUUID } from 'node:crypto';
import {
  clientLease,
  completeClientRun,
  hasEnded,
  hideUntilStarted,
  markSeen,
  pollLeases,
  renewLeases,
  touchClientAgent,
} from '@swath/lifecycle';
import type { ClientAgent, ClientLease } from '@swath/lifecycle';
import type { Subscription } from '../events/wake-ups.js';
import type { WireContext } from './wire-context.js';
import { WireError } from './wire-error.js';

export { completeClientRun };

/** Longest a heartbeat is held; clients give up after 20 s. */
const HOLD_MS = 15_000;
/** Longest pause between two looks. */
const LOOK_MS = 2_000;
/** After its process is gone, a client's last words may still be on their way. */
const LAST_WORDS_MS = 4_000;

/** A command as clients read it. */
export type AgentCommand =
  | { readonly type: 'run'; readonly run_id: string; readonly program: string; readonly args: object }
  | { readonly type: 'stop'; readonly run_id: string }
  | { readonly type: 'exit' };

interface Beat {
  readonly agentId: string;
  /** Runs that the agent says are alive. */
  readonly live: ReadonlySet<string>;
  readonly until: number;
  /** When a missing run counts as dead. */
  readonly deadAt: number;
}

/** Answers a heartbeat: one command, or none. @throws WireError 404 for an unknown agent, which ends the client's agent */
export async function answerHeartbeat(
  request: { readonly agentId: string; readonly live: ReadonlySet<string> },
  context: WireContext,
): Promise<readonly AgentCommand[]> {
  const now = performance.now();
  const beat: Beat = { ...request, until: now + HOLD_MS, deadAt: now + LAST_WORDS_MS };
  const first = await agentOf(beat, context);
  const subscriptions = [
    context.wakeUps.subscribe('swath_pool', first.poolId),
    context.wakeUps.subscribe('swath_lease', first.nodeId),
  ];
  try {
    for (;;) {
      const command = await look(beat, context);
      if (command !== undefined) return [command];
      const left = beat.until - performance.now();
      if (left <= 0 || context.signal.aborted) return [];
      await anyOf(subscriptions, Math.min(left, LOOK_MS), context.signal);
    }
  } finally {
    for (const subscription of subscriptions) subscription.close();
  }
}

async function anyOf(subscriptions: readonly Subscription[], ms: number, signal: AbortSignal): Promise<void> {
  const done = new AbortController();
  const either = AbortSignal.any([signal, done.signal]);
  await Promise.race(subscriptions.map((subscription) => subscription.wait(ms, either)));
  done.abort();
}

async function agentOf(beat: Beat, { db, caller }: WireContext): Promise<ClientAgent> {
  const agent = await touchClientAgent(db, caller.orgId, beat.agentId);
  if (agent === undefined) throw new WireError(404, `there is no agent ${beat.agentId}`);
  return agent;
}

/** One look: renews what runs, notices what has died, and says what the agent should do. */
async function look(beat: Beat, context: WireContext): Promise<AgentCommand | undefined> {
  const { db } = context;
  const agent = await agentOf(beat, context);
  const lease = await clientLease(db, agent.nodeId);
  const { nodeId, incarnation, generation } = agent;
  const leases = lease === undefined ? [] : [{ leaseId: lease.leaseId, attempt: lease.attempt }];
  const { commands } = await renewLeases(db, nodeId, { incarnation, generation, leases });
  if (lease !== undefined) {
    return busy(
      beat,
      { agent, lease: { ...lease, stopping: lease.stopping || commands.length > 0 } },
      context,
    );
  }
  return idle(beat, agent, context);
}

async function busy(
  beat: Beat,
  { agent, lease }: { readonly agent: ClientAgent; readonly lease: ClientLease },
  context: WireContext,
): Promise<AgentCommand | undefined> {
  const { db } = context;
  if (beat.live.has(lease.runName)) {
    if (agent.seenRunId !== lease.runId) await markSeen(db, agent.id, lease.runId);
    return lease.stopping ? { type: 'stop', run_id: lease.runName } : undefined;
  }
  const seen = agent.seenRunId === lease.runId;
  if (!seen && !lease.stopping) return runCommand(agent, context);
  // Gone without a last word: it has died, unless that word comes now.
  if (seen && performance.now() < beat.deadAt) return undefined;
  await completeClientRun(db, {
    leaseId: lease.leaseId,
    exitCode: 1,
    message: 'the process is gone without a last word',
  });
  return undefined;
}

async function idle(beat: Beat, agent: ClientAgent, context: WireContext): Promise<AgentCommand | undefined> {
  switch (agent.sweepState) {
    case 'paused':
      return undefined;
    case 'running': {
      // The process of an ended run may still be in the agent's list; any other is work that we know nothing of.
      for (const name of beat.live)
        if (!(await hasEnded(context.db, agent.projectId, name))) return undefined;
      return runCommand(agent, context);
    }
    case 'stopping':
    case 'cancelling':
    case 'finished':
    case 'stopped':
    case 'cancelled':
    case 'failed':
      return beat.live.size === 0 ? { type: 'exit' } : undefined;
  }
}

/** The next trial, or again the one that was given out and has not begun. */
async function runCommand(
  agent: ClientAgent,
  { db, secret }: WireContext,
): Promise<AgentCommand | undefined> {
  const held = await clientLease(db, agent.nodeId);
  if (held === undefined) {
    const poll = { offerId: randomUUID(), generation: agent.generation, free: [0], waitMs: 0 };
    const { leases } = await pollLeases(db, { nodeId: agent.nodeId, poll, secret });
    if (leases.length === 0) return undefined;
  }
  const lease = held ?? (await clientLease(db, agent.nodeId));
  if (lease === undefined) return undefined;
  await hideUntilStarted(db, lease.runId);
  const [trial] = await db.query<{ parameters: Readonly<Record<string, unknown>> }>(
    'SELECT parameters FROM trial WHERE run_id = $1',
    [lease.runId],
  );
  // Positional readers of the command line need one order for every trial: that of the names.
  const parameters = Object.entries(trial?.parameters ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const args = Object.fromEntries(parameters.map(([name, value]) => [name, { value }]));
  return { type: 'run', run_id: lease.runName, program: agent.program ?? '', args };
}
