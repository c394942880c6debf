/** Sums of money by currency, exact to the micro-unit. Pure. */
import { formatMicros, parseMicros } from '@swath/contracts/states';
import type { Money, SweepView } from '@swath/contracts';

/** Spent and held in one currency. */
export interface Total {
  readonly spent: Money;
  readonly held: Money;
}

/** One total for each currency, by its code. */
export function totals(sweeps: readonly SweepView[]): Total[] {
  const sums = new Map<string, { spent: bigint; held: bigint }>();
  for (const { cost, budget } of sweeps) {
    if (cost === null) continue;
    const sum = sums.get(cost.currency) ?? { spent: 0n, held: 0n };
    const held = budget?.held.currency === cost.currency ? microsOf(budget.held) : 0n;
    sums.set(cost.currency, { spent: sum.spent + microsOf(cost), held: sum.held + held });
  }
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, { spent, held }]) => ({
      spent: { amount: formatMicros(spent), currency },
      held: { amount: formatMicros(held), currency },
    }));
}

function microsOf({ amount }: Money): bigint {
  return parseMicros(amount) ?? 0n;
}
