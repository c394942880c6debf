/** Takes a node out of service and back. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { request } from './request.js';

/** The mutation. */
export function useNodeControl(nodeId: string) {
  const client = useQueryClient();
  const params = { nodeId };
  return useMutation({
    mutationFn: (action: 'drain' | 'undrain') =>
      action === 'drain'
        ? request<'drainNode'>('POST /api/v1/nodes/{nodeId}:drain', { params })
        : request<'undrainNode'>('POST /api/v1/nodes/{nodeId}:undrain', { params }),
    onSettled: () => client.invalidateQueries({ queryKey: ['fleet'] }),
  });
}
