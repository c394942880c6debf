/** Attempts laid out by the slots they had, with the gaps between them and what each gap waited for. Pure. */
import type { AttemptView, TrialState } from '@swath/contracts';

/** A trial as far as lanes look into it. */
export interface PlacedTrial {
  readonly number: number;
  readonly state: TrialState;
  readonly attemptList?:
    | readonly Pick<
        AttemptView,
        'number' | 'node' | 'slots' | 'enqueuedAt' | 'startedAt' | 'endedAt' | 'outcome'
      >[]
    | undefined;
}

/** A stretch of time of one slot: an attempt, or a gap between two. Times in milliseconds of the epoch. */
export type Span =
  | {
      readonly kind: 'attempt';
      readonly lane: number;
      readonly start: number;
      readonly end: number;
      readonly trial: number;
      readonly attempt: number;
      /** How it ended; `running` before. */
      readonly outcome: string;
    }
  | {
      readonly kind: 'gap';
      readonly lane: number;
      readonly start: number;
      readonly end: number;
      /** The trial that ended the gap. */
      readonly trial: number;
      /** How long that trial had been queued when it started, milliseconds; 0 when it came during the start. */
      readonly queuedMs: number;
    };

/** Lanes by node and slot with their spans in order of their start. Shorter gaps than `leastGapMs` are left out. */
export function lanesOf(
  trials: readonly PlacedTrial[],
  nowMs: number,
  leastGapMs = 100,
): { readonly lanes: readonly string[]; readonly spans: readonly Span[] } {
  const placed = trials.flatMap(({ number, attemptList = [] }) =>
    attemptList.flatMap((attempt) => {
      if (attempt.startedAt === null) return [];
      const start = Date.parse(attempt.startedAt);
      const end = attempt.endedAt === null ? nowMs : Date.parse(attempt.endedAt);
      const node = attempt.node?.name ?? 'no node';
      const slots = attempt.slots.length === 0 ? [0] : attempt.slots;
      return slots.map((slot) => ({ name: `${node} / ${slot}`, trial: number, attempt, start, end }));
    }),
  );
  const lanes = [...new Set(placed.map(({ name }) => name))].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  const places = new Map(lanes.map((name, index) => [name, index]));
  const freeSince = new Map<number, number>();
  const spans: Span[] = [];
  for (const { name, trial, attempt, start, end } of placed.sort((a, b) => a.start - b.start)) {
    const lane = places.get(name) ?? 0;
    const free = freeSince.get(lane);
    if (free !== undefined && start - free >= leastGapMs) {
      const queuedMs = Math.max(0, start - Date.parse(attempt.enqueuedAt));
      spans.push({ kind: 'gap', lane, start: free, end: start, trial, queuedMs });
    }
    const outcome = attempt.endedAt === null ? 'running' : (attempt.outcome ?? 'ended');
    spans.push({ kind: 'attempt', lane, start, end, trial, attempt: attempt.number, outcome });
    freeSince.set(lane, Math.max(free ?? 0, end));
  }
  return { lanes, spans };
}
