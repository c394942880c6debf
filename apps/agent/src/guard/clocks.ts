/**
 * Notices time that the monotonic clock did not count: a suspended machine, or a stepped wall clock. The guard watches
 * and shortens its deadline by the time slept; the agent renews at once.
 */
import { readFileSync } from 'node:fs';

/** A gap below this is scheduling noise, not sleep; one second is the protocol's clock slack. */
const SLACK_MS = 1000;

/** One reading of the clocks, milliseconds. */
export interface ClockReading {
  /** CLOCK_MONOTONIC: stops while the machine sleeps. */
  readonly monotonic: number;
  /** CLOCK_BOOTTIME: counts sleep, knows no steps; undefined where it cannot be read. */
  readonly boot: number | undefined;
  /** Wall clock: counts sleep, and may be stepped. */
  readonly wall: number;
}

/** Time lost between two readings. */
export interface ClockGap {
  /** Milliseconds the machine surely slept: the lease ran on meanwhile. */
  readonly sleptMs: number;
  /** The wall clock went forward more than the others: a step, or a pause of a virtual machine that boot time misses. */
  readonly doubtful: boolean;
}

/** Compares two readings; both fields are quiet below one second. */
export function clockGap(before: ClockReading, after: ClockReading): ClockGap {
  const monotonic = after.monotonic - before.monotonic;
  const wall = after.wall - before.wall - monotonic;
  if (before.boot === undefined || after.boot === undefined) {
    // Without boot time a forward step cannot be told from sleep: take the careful reading.
    return { sleptMs: wall > SLACK_MS ? wall : 0, doubtful: false };
  }
  const slept = after.boot - before.boot - monotonic;
  return { sleptMs: slept > SLACK_MS ? slept : 0, doubtful: wall - Math.max(0, slept) > SLACK_MS };
}

/** Reads the clocks of this machine. */
export function readClocks(): ClockReading {
  let boot: number | undefined;
  try {
    boot = Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]) * 1000;
  } catch {
    boot = undefined;
  }
  return { monotonic: Number(process.hrtime.bigint() / 1_000_000n), boot, wall: Date.now() };
}

/**
 * Calls `onGap` with the milliseconds slept (0 when only doubtful) once a second when there are any.
 *
 * @returns stops watching
 */
export function watchClocks(onGap: (sleptMs: number) => void, everyMs = 1000): () => void {
  let last = readClocks();
  const timer = setInterval(() => {
    const now = readClocks();
    const gap = clockGap(last, now);
    last = now;
    if (gap.sleptMs > 0 || gap.doubtful) onGap(gap.sleptMs);
  }, everyMs);
  return () => clearInterval(timer);
}
