/** One run. */
import { queryOptions } from '@tanstack/react-query';
import { request } from './request.js';

/** The run. */
export function runQuery(runId: string) {
  return queryOptions({
    queryKey: ['run', runId],
    queryFn: ({ signal }) => request<'getRun'>('GET /api/v1/runs/{runId}', { params: { runId }, signal }),
  });
}
