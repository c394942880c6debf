/**
 * When queued attempts can start at the earliest, if what runs takes as long as its sweep's trials have taken so far. Called when
 * somebody asks why an attempt waits; placement itself never uses it.
 */

/** A queued attempt, in the order in which the queue is served. */
export interface ForecastQueued {
  readonly id: string;
  readonly slots: number;
  /** Not before this many milliseconds from now; 0 when it may start at once. */
  readonly notBeforeMs: number;
  /** How long it will take, milliseconds; `null` when nothing like it has ended yet. */
  readonly durationMs: number | null;
}

/** An attempt that runs. */
export interface ForecastRunning {
  readonly slots: number;
  /** When it ends, milliseconds from now; `null` when unknown. */
  readonly endsInMs: number | null;
}

/** What a forecast looks at: the slots of a pool as one, so it is a lower bound where an attempt needs several on one node. */
export interface ForecastInput {
  readonly queue: readonly ForecastQueued[];
  readonly running: readonly ForecastRunning[];
  readonly freeSlots: number;
}

/**
 * Milliseconds from now until each attempt can start; `null` where that depends on something of unknown length, or needs more
 * slots than there are.
 */
export function forecastStarts({
  queue,
  running,
  freeSlots,
}: ForecastInput): ReadonlyMap<string, number | null> {
  const free: number[] = Array.from({ length: Math.max(0, freeSlots) }, () => 0);
  for (const { slots, endsInMs } of running) {
    for (let slot = 0; slot < slots; slot += 1)
      free.push(endsInMs === null ? Infinity : Math.max(0, endsInMs));
  }
  const starts = new Map<string, number | null>();
  for (const { id, slots, notBeforeMs, durationMs } of queue) {
    free.sort((a, b) => a - b);
    const taken = free.slice(0, slots);
    const start = taken.length < slots ? Infinity : Math.max(notBeforeMs, ...taken);
    starts.set(id, Number.isFinite(start) ? start : null);
    if (taken.length < slots) continue;
    free.splice(0, slots, ...taken.map(() => start + (durationMs ?? Infinity)));
  }
  return starts;
}
