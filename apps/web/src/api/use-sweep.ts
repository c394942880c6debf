/** One sweep with its spec. */
import { queryOptions } from '@tanstack/react-query';
import { request } from './request.js';

/** Key of everything about a sweep. */
export function sweepKey(sweepId: string): readonly string[] {
  return ['sweep', sweepId];
}

/** The sweep. */
export function sweepQuery(sweepId: string) {
  return queryOptions({
    queryKey: [...sweepKey(sweepId), 'detail'],
    queryFn: ({ signal }) =>
      request<'getSweep'>('GET /api/v1/sweeps/{sweepId}', { params: { sweepId }, signal }),
  });
}
