/** The query cache of the app. Events keep it fresh; a failed read is repeated only when waiting can help. */
import { QueryClient } from '@tanstack/react-query';
import { RequestError } from './problem.js';

const TRIES = 3;

/** A new cache. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) =>
          failures < TRIES && (!(error instanceof RequestError) || error.status === 0 || error.status >= 500),
      },
    },
  });
}
