/** What a sweep has cost, by outcome class. */
import { queryOptions } from '@tanstack/react-query';
import { request } from './request.js';
import { sweepKey } from './use-sweep.js';

/** Cost of the sweep. */
export function sweepCostQuery(sweepId: string) {
  return queryOptions({
    queryKey: [...sweepKey(sweepId), 'cost'],
    queryFn: ({ signal }) =>
      request<'getSweepCost'>('GET /api/v1/sweeps/{sweepId}/cost', { params: { sweepId }, signal }),
  });
}
