/** All trials of a sweep with their attempts, for pictures of slots against time. */
import { queryOptions } from '@tanstack/react-query';
import type { RouteReply } from '@swath/contracts';
import { request } from './request.js';
import { sweepKey } from './use-sweep.js';

const PAGE = 500;

/** A trial with its attempts. */
export type TrialWithAttempts = RouteReply<'listTrials'>['data'][number];

/** Key of the list. */
export function attemptsKey(sweepId: string): readonly string[] {
  return [...sweepKey(sweepId), 'attempts'];
}

/** Every trial of the sweep that was ever queued, with its attempts. */
export function attemptsQuery(sweepId: string) {
  return queryOptions({
    queryKey: attemptsKey(sweepId),
    queryFn: ({ signal }) => readAll(sweepId, signal),
  });
}

async function readAll(sweepId: string, signal: AbortSignal): Promise<TrialWithAttempts[]> {
  const trials: TrialWithAttempts[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: RouteReply<'listTrials'> = await request<'listTrials'>(
      'GET /api/v1/sweeps/{sweepId}/trials',
      {
        params: { sweepId },
        query: { limit: PAGE, sort: 'number', include: 'attempts', ...(cursor === '' ? {} : { cursor }) },
        signal,
      },
    );
    trials.push(...page.data);
    cursor = page.nextCursor;
  }
  return trials;
}
