/** All trials of a sweep by number. Pages are read one after another; live changes patch single trials. */
import { queryOptions } from '@tanstack/react-query';
import type { TrialView } from '@swath/contracts';
import { request } from './request.js';
import { sweepKey } from './use-sweep.js';

const PAGE = 500;

/** Key of the list of trials. */
export function trialsKey(sweepId: string): readonly string[] {
  return [...sweepKey(sweepId), 'trials'];
}

/** Every trial of the sweep. */
export function trialsQuery(sweepId: string) {
  return queryOptions({
    queryKey: trialsKey(sweepId),
    queryFn: ({ signal }) => readAll(sweepId, signal),
    staleTime: 30_000,
  });
}

async function readAll(sweepId: string, signal: AbortSignal): Promise<TrialView[]> {
  const trials: TrialView[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { data: readonly TrialView[]; nextCursor: string | null } = await request<'listTrials'>(
      'GET /api/v1/sweeps/{sweepId}/trials',
      {
        params: { sweepId },
        query: { limit: PAGE, sort: 'number', ...(cursor === '' ? {} : { cursor }) },
        signal,
      },
    );
    trials.push(...page.data);
    cursor = page.nextCursor;
  }
  return trials;
}
