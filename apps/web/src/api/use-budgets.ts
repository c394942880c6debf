/** Budgets of the organisation and project, and what moved in one. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { request } from './request.js';

/** Key of everything about budgets, for invalidation by events. */
export const budgetsKey = ['budgets'] as const;

/** Budgets with what is spent, held and left. */
export const budgetsQuery = queryOptions({
  queryKey: [...budgetsKey, 'list'],
  queryFn: ({ signal }) => request<'listBudgets'>('GET /api/v1/budgets', { signal }),
});

/** One budget with its versions. */
export function budgetQuery(budgetId: string) {
  return queryOptions({
    queryKey: [...budgetsKey, budgetId],
    queryFn: ({ signal }) =>
      request<'getBudget'>('GET /api/v1/budgets/{budgetId}', { params: { budgetId }, signal }),
  });
}

/** What moved in a budget, newest first, page by page. */
export function budgetEntriesQuery(budgetId: string) {
  return infiniteQueryOptions({
    queryKey: [...budgetsKey, budgetId, 'entries'],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      request<'listBudgetEntries'>('GET /api/v1/budgets/{budgetId}/entries', {
        params: { budgetId },
        query: { limit: 100, ...(pageParam === '' ? {} : { cursor: pageParam }) },
        signal,
      }),
    getNextPageParam: (page) => page.nextCursor,
  });
}
