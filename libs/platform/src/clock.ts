// The time, as an argument: shells take a Clock, so that tests can hand in their own. The pure ring takes plain values instead.

/** Tells the time of day and how long something took. */
export interface Clock {
  /** Time of day; may jump when the machine's clock is set. For records, never for durations or deadlines. */
  now(): Date;
  /** Milliseconds on a clock that never jumps; only differences mean anything. */
  monotonicMs(): number;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};
