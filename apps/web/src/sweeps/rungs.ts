/** The ladder of rungs from the decisions of a sweep. Pure. */
import type { DecisionView } from '@swath/contracts';

/** One rung of one bracket. */
export interface Rung {
  readonly bracket: number;
  readonly resource: number;
  readonly judged: number;
  /** How many of those judged went on. */
  readonly kept: number;
  /** The value to reach in the latest decision that had one. */
  readonly cutoff: number | null;
}

/** Rungs by bracket, then resource. Decisions at a resource that is no rung are left out. */
export function rungsOf(decisions: readonly DecisionView[]): Rung[] {
  const rungs = new Map<string, Rung>();
  for (const { decision } of decisions) {
    const { bracket, resource, action, cutoff, rung } = decision;
    if (typeof bracket !== 'number' || typeof resource !== 'number' || typeof rung !== 'number') continue;
    const key = `${bracket}/${resource}`;
    const before = rungs.get(key) ?? { bracket, resource, judged: 0, kept: 0, cutoff: null };
    rungs.set(key, {
      ...before,
      judged: before.judged + 1,
      kept: before.kept + (action === 'continue' ? 1 : 0),
      cutoff: typeof cutoff === 'number' ? cutoff : before.cutoff,
    });
  }
  return [...rungs.values()].sort((a, b) => a.bracket - b.bracket || a.resource - b.resource);
}
