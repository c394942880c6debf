/** Pause, resume, stop and cancel of a sweep. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { request } from './request.js';
import { sweepKey } from './use-sweep.js';
import { sweepsKey } from './use-sweeps.js';

/** What a person can do to a sweep. */
export type SweepAction = 'pause' | 'resume' | 'stop' | 'cancel';

/** Carries an action out; the pages show its effect at once. */
export function useControl(sweepId: string) {
  const client = useQueryClient();
  const params = { sweepId };
  return useMutation({
    mutationFn: (action: SweepAction) => {
      switch (action) {
        case 'pause':
          return request<'pauseSweep'>('POST /api/v1/sweeps/{sweepId}:pause', { params });
        case 'resume':
          return request<'resumeSweep'>('POST /api/v1/sweeps/{sweepId}:resume', { params });
        case 'stop':
          return request<'stopSweep'>('POST /api/v1/sweeps/{sweepId}:stop', { params });
        case 'cancel':
          return request<'cancelSweep'>('POST /api/v1/sweeps/{sweepId}:cancel', { params });
      }
    },
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: sweepKey(sweepId) }),
        client.invalidateQueries({ queryKey: sweepsKey }),
      ]),
  });
}
