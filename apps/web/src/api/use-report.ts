/** The report of a sweep: stored at its end, made on demand before. */
import { queryOptions } from '@tanstack/react-query';
import { request } from './request.js';
import { sweepKey } from './use-sweep.js';

/** Report of the sweep. */
export function reportQuery(sweepId: string) {
  return queryOptions({
    queryKey: [...sweepKey(sweepId), 'report'],
    queryFn: ({ signal }) =>
      request<'getSweepReport'>('GET /api/v1/sweeps/{sweepId}/report', { params: { sweepId }, signal }),
  });
}
