/** The sweeps of the project, newest first, page by page. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { request } from './request.js';

/** Key of the list, for invalidation by events. */
export const sweepsKey = ['sweeps'] as const;

const PAGE = 100;

/** Pages of sweeps; `state` is a list joined by commas, empty for all. */
export function useSweeps(state: string) {
  return useInfiniteQuery({
    queryKey: [...sweepsKey, state],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      request<'listSweeps'>('GET /api/v1/sweeps', {
        query: {
          limit: PAGE,
          ...(pageParam === '' ? {} : { cursor: pageParam }),
          ...(state === '' ? {} : { state }),
        },
        signal,
      }),
    getNextPageParam: (page) => page.nextCursor,
  });
}
