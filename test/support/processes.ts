// Proof from /proc that a scenario left nothing running: no process carries the environment of one of its trials.
import { readdirSync, readFileSync } from 'node:fs';
import { until } from './until.js';

/** Ids of processes whose environment names the sweep; empty off Linux. */
export function processesOf(sweepId: string): number[] {
  let entries: string[];
  try {
    entries = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
  return entries.flatMap((pid) => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
      return environment.includes(`SWATH_SWEEP_ID=${sweepId}\0`) ? [Number(pid)] : [];
    } catch {
      return [];
    }
  });
}

/** Waits until no process of the sweep is left. */
export async function leavesNothing(sweepId: string, timeoutMs = 60_000): Promise<void> {
  await until(
    `every process of ${sweepId} to be gone`,
    () => Promise.resolve(processesOf(sweepId).length === 0 ? true : undefined),
    timeoutMs,
  );
}
