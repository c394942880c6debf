/** Pools, nodes, and what waits in a pool. */
import { queryOptions } from '@tanstack/react-query';
import { request } from './request.js';

// Nodes come and go without an event of a sweep, so the fleet is also looked at now and then.
const LOOK_AGAIN_MS = 5_000;

/** Pools. */
export const poolsQuery = queryOptions({
  queryKey: ['fleet', 'pools'],
  queryFn: ({ signal }) => request<'listPools'>('GET /api/v1/pools', { signal }),
  refetchInterval: LOOK_AGAIN_MS,
});

/** Nodes with their slots. */
export const nodesQuery = queryOptions({
  queryKey: ['fleet', 'nodes'],
  queryFn: ({ signal }) => request<'listNodes'>('GET /api/v1/nodes', { signal }),
  refetchInterval: LOOK_AGAIN_MS,
});

/** What waits in a pool and why. */
export function queueQuery(poolId: string) {
  return queryOptions({
    queryKey: ['fleet', 'queue', poolId],
    queryFn: ({ signal }) =>
      request<'getPoolQueue'>('GET /api/v1/pools/{poolId}/queue', { params: { poolId }, signal }),
    refetchInterval: LOOK_AGAIN_MS,
  });
}
