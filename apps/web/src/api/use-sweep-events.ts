/** What happened to a sweep, oldest first; logged values are left out, the trials have them. */
import { queryOptions } from '@tanstack/react-query';
import type { EventView } from '@swath/contracts';
import { request } from './request.js';
import { sweepKey } from './use-sweep.js';

const PAGE = 500;
/** More events than this are not loaded into the page. */
const MOST = 5_000;

/** Events of the sweep. */
export function sweepEventsQuery(sweepId: string) {
  return queryOptions({
    queryKey: [...sweepKey(sweepId), 'events'],
    refetchInterval: 5_000,
    queryFn: ({ signal }) => readAll(sweepId, signal),
  });
}

async function readAll(sweepId: string, signal: AbortSignal): Promise<EventView[]> {
  const events: EventView[] = [];
  for (let cursor: string | null = ''; cursor !== null && events.length < MOST;) {
    const page: { data: readonly EventView[]; nextCursor: string | null } = await request<'listSweepEvents'>(
      'GET /api/v1/sweeps/{sweepId}/events',
      { params: { sweepId }, query: { limit: PAGE, ...(cursor === '' ? {} : { cursor }) }, signal },
    );
    events.push(...page.data.filter(({ name }) => name !== 'metrics.append'));
    cursor = page.nextCursor;
  }
  return events;
}
