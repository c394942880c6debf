/** What a budget's numbers mean in words: amounts with their unit, burn by day, and when it would be used up. Pure. */
import type { BudgetView, CostSummary } from '@swath/contracts';
import { formatCount, formatMoney } from '../format/numbers.js';
import { formatDuration } from '../format/time.js';
import { dayOf } from './period.js';

/** An amount of a budget in its unit: money, GPU time or a count. */
export function formatAmount(unit: string, amount: string): string {
  if (unit.startsWith('money:')) return formatMoney({ amount, currency: unit.slice('money:'.length) });
  if (unit === 'gpu_time') return formatDuration(Number(amount));
  return formatCount(Number(amount));
}

/**
 * What a budget uses a day, from sums by project over `days` days; null for a unit or scope that they do not tell: teams, sweeps
 * and counts.
 */
export function burnOf(
  { unit, scope }: Pick<BudgetView, 'unit' | 'scope'>,
  rows: CostSummary['rows'],
  days: number,
): number | null {
  if (scope.kind !== 'org' && scope.kind !== 'project') return null;
  const own = rows.filter(({ group }) => scope.kind === 'org' || group['project'] === scope.id);
  if (unit === 'gpu_time') return own.reduce((sum, row) => sum + Number(row.gpuSeconds), 0) / days;
  if (!unit.startsWith('money:')) return null;
  const currency = unit.slice('money:'.length);
  return (
    own.reduce((sum, { cost }) => (cost?.currency === currency ? sum + Number(cost.amount) : sum), 0) / days
  );
}

const MOST_DAYS = 3_650;

/** The day on which what is left would be gone at this burn, in words. */
export function usedUpOn(
  { available }: Pick<BudgetView, 'available'>,
  burn: number | null,
  nowMs: number,
): string {
  if (Number(available) <= 0) return 'used up';
  if (burn === null) return '–';
  const days = Number(available) / burn;
  return burn <= 0 || days > MOST_DAYS ? 'lasts' : `until ${dayOf(nowMs + days * 86_400_000)}`;
}
