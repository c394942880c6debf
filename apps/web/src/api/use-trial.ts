/** One trial. */
import { queryOptions } from '@tanstack/react-query';
import type { TrialView } from '@swath/contracts';
import { request } from './request.js';

/** Key of everything about a trial. */
export function trialKey(trialId: string): readonly string[] {
  return ['trial', trialId];
}

/** Reads a trial. @throws RequestError */
export function readTrial(trialId: string, signal?: AbortSignal): Promise<TrialView> {
  return request<'getTrial'>('GET /api/v1/trials/{trialId}', {
    params: { trialId },
    ...(signal === undefined ? {} : { signal }),
  });
}

/** The trial. */
export function trialQuery(trialId: string) {
  return queryOptions({
    queryKey: [...trialKey(trialId), 'detail'],
    queryFn: ({ signal }) => readTrial(trialId, signal),
  });
}
