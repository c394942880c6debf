/** What the pruner decided in a sweep, oldest first. */
import { queryOptions } from '@tanstack/react-query';
import type { DecisionView } from '@swath/contracts';
import { request } from './request.js';
import { sweepKey } from './use-sweep.js';

const PAGE = 500;
/** More decisions than this are not loaded into the page. */
const MOST = 20_000;

/** Decisions of the sweep. */
export function decisionsQuery(sweepId: string) {
  return queryOptions({
    queryKey: [...sweepKey(sweepId), 'decisions'],
    queryFn: ({ signal }) => readAll(sweepId, signal),
  });
}

async function readAll(sweepId: string, signal: AbortSignal): Promise<DecisionView[]> {
  const decisions: DecisionView[] = [];
  for (let cursor: string | null = ''; cursor !== null && decisions.length < MOST;) {
    const page: { data: readonly DecisionView[]; nextCursor: string | null } = await request<'listDecisions'>(
      'GET /api/v1/sweeps/{sweepId}/decisions',
      { params: { sweepId }, query: { limit: PAGE, ...(cursor === '' ? {} : { cursor }) }, signal },
    );
    decisions.push(...page.data);
    cursor = page.nextCursor;
  }
  return decisions;
}
