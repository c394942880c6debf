// What breaks when: a seeded list of faults, made before the scenario starts so that it can be printed and replayed.
import { Seeded } from './seeded.js';

/** One fault. `kill` is SIGKILL and a start after `forMs`; `pause` is SIGSTOP and SIGCONT after `forMs`. */
export interface PlannedFault {
  /** Milliseconds after the end of the fault before it. */
  readonly afterMs: number;
  readonly kind: 'kill' | 'pause';
  readonly target: string;
  /** How long the target stays away, milliseconds. */
  readonly forMs: number;
}

/** What to plan. Ranges are inclusive, in milliseconds. */
export interface ScheduleOptions {
  readonly seed: number;
  readonly targets: readonly string[];
  /** Kills of each target. */
  readonly kills: number;
  /** Pauses of each target; default 0. */
  readonly pauses?: number;
  readonly gapMs: readonly [number, number];
  readonly downMs: readonly [number, number];
}

/** Every target is hit the same number of times, in an order and at times that follow from the seed alone. */
export function planFaults(options: ScheduleOptions): PlannedFault[] {
  const random = new Seeded(options.seed);
  const hits = options.targets.flatMap((target) => [
    ...Array.from({ length: options.kills }, () => ({ target, kind: 'kill' as const })),
    ...Array.from({ length: options.pauses ?? 0 }, () => ({ target, kind: 'pause' as const })),
  ]);
  return random.shuffle(hits).map((hit) => ({
    ...hit,
    afterMs: random.integer(...options.gapMs),
    forMs: random.integer(...options.downMs),
  }));
}

/** One line per fault, for the log of a run. */
export function describeFaults(seed: number, faults: readonly PlannedFault[]): string {
  const lines = faults.map(
    ({ kind, target, afterMs, forMs }) => `  +${afterMs} ms ${kind} ${target} for ${forMs} ms`,
  );
  return [`fault schedule, seed ${seed}:`, ...lines].join('\n');
}
