/** Packs trials into lanes, so that each lane runs one trial at a time: what a picture of slots against time needs. Pure. */
import type { TrialView } from '@swath/contracts';

/** One trial's stretch of time. */
export interface Span {
  readonly trial: TrialView;
  readonly lane: number;
  /** Milliseconds of the epoch. */
  readonly start: number;
  readonly end: number;
}

/** Spans in order of their start; a trial that runs ends now. */
export function lanesOf(trials: readonly TrialView[], nowMs: number): { spans: Span[]; lanes: number } {
  const started = trials
    .filter((trial) => trial.startedAt !== null)
    .map((trial) => ({
      trial,
      start: new Date(trial.startedAt ?? 0).getTime(),
      end: trial.endedAt === null ? nowMs : new Date(trial.endedAt).getTime(),
    }))
    .sort((a, b) => a.start - b.start || a.trial.number - b.trial.number);
  const freeFrom: number[] = [];
  const spans = started.map((span) => {
    const free = freeFrom.findIndex((time) => time <= span.start);
    const lane = free === -1 ? freeFrom.length : free;
    freeFrom[lane] = span.end;
    return { ...span, lane };
  });
  return { spans, lanes: freeFrom.length };
}
