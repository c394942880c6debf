/**
 * The processes of one attempt as /proc shows them, and their end. The guard calls it to end an attempt and to prove
 * that nothing is left; the agent calls it at start for attempts whose guard is gone. Members are named by
 * (pid, start time): a pid alone may have been reused.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** One process: start time in clock ticks since boot, as in /proc/PID/stat. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTicks: string;
}

/** How members are recognised. */
export interface TreeScope {
  /** Everything that this process sees, except itself: true when the guard is process 1 of a PID namespace. */
  readonly wholeNamespace: boolean;
  /** Session and process group of the command, if it was started. */
  readonly session: number | undefined;
  /** `NAME=value` in the environment of each member. */
  readonly marker: string;
}

interface Stat extends ProcessIdentity {
  readonly state: string;
  readonly group: number;
  readonly session: number;
}

/** State, group, session and start time of a process; undefined when it is gone. */
function readStat(pid: number): Stat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The name in parentheses may hold anything, also parentheses: fields start after the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return {
    pid,
    state: fields[0] ?? 'X',
    group: Number(fields[2]),
    session: Number(fields[3]),
    startTicks: fields[19] ?? '',
  };
}

/** Start time of a process in clock ticks since boot; undefined when there is none (a zombie counts as none). */
export function startTicksOf(pid: number): string | undefined {
  const stat = readStat(pid);
  return stat === undefined || stat.state === 'Z' || stat.state === 'X' ? undefined : stat.startTicks;
}

/** Whether that very process still runs. */
export function isAlive(process: ProcessIdentity): boolean {
  return startTicksOf(process.pid) === process.startTicks;
}

function hasMarker(pid: number, marker: string): boolean {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}`.includes(`\0${marker}\0`);
  } catch {
    return false;
  }
}

/** Living processes of the attempt; zombies are not counted, they hold nothing. */
export function listMembers(scope: TreeScope): ProcessIdentity[] {
  const members: ProcessIdentity[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const stat = readStat(pid);
    if (stat === undefined || stat.state === 'Z' || stat.state === 'X') continue;
    const member =
      scope.wholeNamespace ||
      (scope.session !== undefined && (stat.session === scope.session || stat.group === scope.session)) ||
      hasMarker(pid, scope.marker);
    if (member) members.push({ pid, startTicks: stat.startTicks });
  }
  return members;
}

/** Sends a signal to a process; false when it is gone. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/**
 * SIGKILL to every member until none is left. Walks again after each round: a member may fork while others die.
 *
 * @param limitMs how long to try; 10 s is the protocol's kill confirmation
 * @returns whether all members were seen to be gone
 */
export async function killMembers(scope: TreeScope, limitMs: number): Promise<boolean> {
  const end = performance.now() + limitMs;
  for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
    if (scope.session !== undefined && listMembers(scope).length > 0) {
      signalProcess(-scope.session, 'SIGKILL');
    }
    const members = listMembers(scope);
    if (members.length === 0) return true;
    for (const member of members) signalProcess(member.pid, 'SIGKILL');
    if (performance.now() > end) return false;
    await delay(pause);
  }
}

/** Waits until the attempt has no member; false when some are left after `limitMs`. */
export async function waitUntilEmpty(scope: TreeScope, limitMs: number): Promise<boolean> {
  const end = performance.now() + limitMs;
  for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
    if (listMembers(scope).length === 0) return true;
    if (performance.now() > end) return false;
    await delay(pause);
  }
}
