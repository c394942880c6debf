/** Checking and submitting a spec. Both send the text as it was written, so that problems name its lines. */
import { keepPreviousData, queryOptions, useMutation } from '@tanstack/react-query';
import { request } from './request.js';

/** What submitting the text would do; asks again whenever the text changes. */
export function planQuery(text: string) {
  return queryOptions({
    queryKey: ['plan', text],
    enabled: text.trim() !== '',
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 30_000,
    queryFn: ({ signal }) =>
      request<'planSweep'>('POST /api/v1/sweeps:plan', { body: { spec: text }, signal }),
  });
}

/** Submits; the key makes a repeated press harmless. */
export function useSubmit() {
  return useMutation({
    mutationFn: ({ text, key }: { readonly text: string; readonly key: string }) =>
      request<'createSweep'>('POST /api/v1/sweeps', { body: { spec: text }, idempotencyKey: key }),
  });
}
