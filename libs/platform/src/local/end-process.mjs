// Tells processes apart beyond their reusable number, and ends them. Used by the supervisor, by the start after a crash, and by the
// watchdog, which runs as plain JavaScript in a process of its own; that is why this file is not TypeScript.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 25;

/**
 * A process told apart from a later one with the same number.
 *
 * @typedef {object} ProcessIdentity
 * @property {number} pid
 * @property {string} startTime comparable only with other answers of startTimeOf
 */

/**
 * How a process is asked to end: which signal, and how many milliseconds it may take before it is killed.
 *
 * @typedef {object} StopRule
 * @property {'SIGTERM' | 'SIGINT'} signal
 * @property {number} deadlineMs
 */

/**
 * When a process started, as text that only makes sense compared with another answer of this function.
 *
 * @param {number} pid process number
 * @returns {string | undefined} undefined when there is no such process, also for one that ended and was not yet reaped
 */
export function startTimeOf(pid) {
  try {
    if (process.platform === 'linux') return linuxStartTime(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
  } catch {
    return undefined;
  }
}

// The command name in /proc/<pid>/stat may hold spaces and brackets, so fields are counted from the last bracket.
/** @param {string} stat */
function linuxStartTime(stat) {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

/**
 * Whether this very process still runs, and not another one that was given its number.
 *
 * @param {ProcessIdentity} identity
 */
export function isRunning(identity) {
  return startTimeOf(identity.pid) === identity.startTime;
}

/**
 * Asks a process to end, waits, then ends it and its process group by force. Returns when the process is gone.
 *
 * @param {ProcessIdentity} identity
 * @param {StopRule} stop
 */
export async function endProcess(identity, stop) {
  if (!isRunning(identity)) return;
  send(identity.pid, stop.signal);
  const deadline = performance.now() + stop.deadlineMs;
  while (isRunning(identity) && performance.now() < deadline) await delay(POLL_MS);
  if (!isRunning(identity)) return;
  send(-identity.pid, 'SIGKILL');
  send(identity.pid, 'SIGKILL');
  while (isRunning(identity)) await delay(POLL_MS);
}

/**
 * @param {number} target
 * @param {NodeJS.Signals} signal
 */
function send(target, signal) {
  try {
    process.kill(target, signal);
  } catch {
    // It ended first, which is what we want.
  }
}
