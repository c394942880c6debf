/** Output of a trial. While it runs, new lines are asked for every second; what is known is kept. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { LogPage } from '@swath/contracts';
import { request } from './request.js';
import { trialKey } from './use-trial.js';

const PAGE = 10_000;
/** More lines than this are not loaded into the page. */
export const MOST_LINES = 100_000;
const TAIL_MS = 1_000;

/** Lines so far. */
export function useLogs(trialId: string, isRunning: boolean) {
  const client = useQueryClient();
  const queryKey = [...trialKey(trialId), 'logs'];
  return useQuery({
    queryKey,
    refetchInterval: isRunning ? TAIL_MS : false,
    queryFn: async ({ signal }): Promise<LogPage> => {
      const known = client.getQueryData<LogPage>(queryKey);
      const lines = [...(known?.lines ?? [])];
      let next = known?.next ?? 0;
      for (;;) {
        const page = await request<'getTrialLogs'>('GET /api/v1/trials/{trialId}/logs', {
          params: { trialId },
          query: { from: next, limit: PAGE },
          signal,
        });
        lines.push(...page.lines);
        next = page.next;
        if (page.lines.length < PAGE || lines.length >= MOST_LINES) return { lines, next };
      }
    },
  });
}
