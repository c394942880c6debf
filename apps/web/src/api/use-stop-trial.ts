/** Ends one trial. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { request } from './request.js';
import { trialKey } from './use-trial.js';

/** The mutation. */
export function useStopTrial(trialId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => request<'stopTrial'>('POST /api/v1/trials/{trialId}:stop', { params: { trialId } }),
    onSettled: () => client.invalidateQueries({ queryKey: trialKey(trialId) }),
  });
}
