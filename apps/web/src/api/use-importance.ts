/** Which parameters of a sweep mattered. The server keeps the answer until another trial has finished. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { request } from './request.js';
import { sweepKey } from './use-sweep.js';

/** A live sweep is asked about again when its finished trials have grown by this part. */
const GROWTH = 1.1;

/** Importance with about `finished` finished trials. */
export function importanceQuery(sweepId: string, finished: number) {
  const step = finished === 0 ? 0 : Math.floor(Math.log(finished) / Math.log(GROWTH));
  return queryOptions({
    queryKey: [...sweepKey(sweepId), 'importance', step],
    queryFn: ({ signal }) =>
      request<'getImportance'>('GET /api/v1/sweeps/{sweepId}/plots/importance', {
        params: { sweepId },
        signal,
      }),
    placeholderData: keepPreviousData,
  });
}
