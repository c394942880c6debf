/** What belongs to one trial: its attempts, its command and its logged values. */
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import type { MetricsPage } from '@swath/contracts';
import { request } from './request.js';
import { trialKey } from './use-trial.js';

/** Attempts, first to last. */
export function attemptsQuery(trialId: string) {
  return queryOptions({
    queryKey: [...trialKey(trialId), 'attempts'],
    queryFn: ({ signal }) =>
      request<'listAttempts'>('GET /api/v1/trials/{trialId}/attempts', { params: { trialId }, signal }),
  });
}

/** The command line, to run it by hand. */
export function commandQuery(trialId: string) {
  return queryOptions({
    queryKey: [...trialKey(trialId), 'command'],
    queryFn: ({ signal }) =>
      request<'getTrialCommand'>('GET /api/v1/trials/{trialId}/command', { params: { trialId }, signal }),
  });
}

const PAGE = 20_000;
/** More rows than this are not loaded into the page. */
const MOST_ROWS = 100_000;

/** Logged rows; a later read asks only for what is new. */
export function useMetrics(trialId: string, runId: string) {
  const client = useQueryClient();
  const queryKey = [...trialKey(trialId), 'metrics'];
  return useQuery({
    queryKey,
    queryFn: async ({ signal }): Promise<MetricsPage> => {
      const known = client.getQueryData<MetricsPage>(queryKey);
      const rows = [...(known?.rows ?? [])];
      for (;;) {
        const page = await request<'getRunMetrics'>('GET /api/v1/runs/{runId}/metrics', {
          params: { runId },
          query: { from: (rows.at(-1)?.row ?? -1) + 1, limit: PAGE },
          signal,
        });
        rows.push(...page.rows);
        if (page.next === null || rows.length >= MOST_ROWS) return { ...page, rows };
      }
    },
  });
}
