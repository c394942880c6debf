/** Runs in the thread of `ImportanceThreads`: one forest, plain JSON in and out. */
import { parameterImportance } from '@swath/search';
import type { SweepImportance, ValuedTrial } from '@swath/search';
import type { SearchSpace } from '@swath/contracts';

/** What the thread is asked. */
export interface ImportanceTask {
  readonly space: SearchSpace;
  readonly trials: readonly ValuedTrial[];
}

/** The task of the thread. Piscina finds it by this name. */
export function runImportance({ space, trials }: ImportanceTask): SweepImportance | null {
  return parameterImportance(space, trials);
}
