/** Sums of costs, the usage records behind them, and both as files. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { RouteRequest } from '@swath/contracts';
import { request, send, writeHeaders } from './request.js';

/** Which use is counted. */
export type CostChoice = Omit<RouteRequest<'queryCosts'>['body'], 'by'>;

/** What it is summed by. */
export type CostDimension = RouteRequest<'queryCosts'>['body']['by'][number];

/** Key of everything about costs, for invalidation by events. */
export const costsKey = ['costs'] as const;

const PAGE = 200;

/** Sums by dimensions. */
export function costsQuery(choice: CostChoice, by: readonly CostDimension[]) {
  return queryOptions({
    queryKey: [...costsKey, choice, by],
    queryFn: ({ signal }) =>
      request<'queryCosts'>('POST /api/v1/costs:query', { body: { ...choice, by: [...by] }, signal }),
    placeholderData: keepPreviousData,
  });
}

/** Usage records by their end, page by page. */
export function usageQuery(choice: CostChoice) {
  return infiniteQueryOptions({
    queryKey: [...costsKey, 'records', choice],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      request<'listUsageRecords'>('GET /api/v1/usage-records', {
        query: { ...choice, limit: PAGE, ...(pageParam === '' ? {} : { cursor: pageParam }) },
        signal,
      }),
    getNextPageParam: (page) => page.nextCursor,
  });
}

/** Sums as CSV. @throws RequestError */
export async function sumsFile(choice: CostChoice, by: readonly CostDimension[]): Promise<Blob> {
  const reply = await send('/api/v1/costs:query', {
    method: 'POST',
    headers: { ...writeHeaders(), accept: 'text/csv', 'content-type': 'application/json' },
    body: JSON.stringify({ ...choice, by }),
  });
  return reply.blob();
}

/** Every usage record as CSV, page after page under one head line. @throws RequestError */
export async function recordsFile(choice: CostChoice): Promise<Blob> {
  const parts: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const search = new URLSearchParams({ limit: '500', ...(cursor === '' ? {} : { cursor }) });
    for (const [name, value] of Object.entries(choice)) if (value !== undefined) search.set(name, value);
    const reply: Response = await send(`/api/v1/usage-records?${search}`, {
      headers: { accept: 'text/csv' },
    });
    const text = await reply.text();
    parts.push(parts.length === 0 ? text : text.slice(text.indexOf('\n') + 1));
    cursor = reply.headers.get('x-next-cursor');
  }
  return new Blob(parts, { type: 'text/csv' });
}

/** Charges in the FOCUS format. @throws RequestError */
export async function focusFile({ from, to, project }: CostChoice): Promise<Blob> {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries({ from, to, project })) {
    if (value !== undefined) search.set(name, value);
  }
  const reply = await send(`/api/v1/costs/focus?${search}`, { headers: { accept: 'text/csv' } });
  return reply.blob();
}
