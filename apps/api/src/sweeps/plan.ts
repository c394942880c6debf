/** What submitting a spec would do: its size, its pool and the price there. Writes nothing. */
import { parseMicros, toMoney } from '@swath/contracts';
import type { Plan, SweepSpec } from '@swath/contracts';
import { listPools } from '@swath/lifecycle';
import type { PoolSummary, Principal } from '@swath/lifecycle';
import type { Queryable } from '@swath/persistence';
import { gridSize } from '@swath/search';
import type { AcceptedSpec } from './read-spec.js';
import { moneyOf } from './sweep.mapper.js';

/** The plan of an accepted spec. */
export async function planOf(db: Queryable, caller: Principal, accepted: AcceptedSpec): Promise<Plan> {
  const { spec, warnings } = accepted;
  const grid = spec.method === 'grid' ? gridSize(spec.parameters) : null;
  const limits = [grid === null ? Infinity : Number(grid), spec.budget.max_trials ?? Infinity];
  const max = Math.min(...limits);
  const pool = (await listPools(db, caller.orgId)).find(({ name }) => name === spec.resources.pool);
  return {
    valid: true,
    spec,
    warnings: [...warnings, ...poolWarnings(spec.resources.pool, pool)],
    trials: { max: Number.isSafeInteger(max) ? max : null, gridSize: grid === null ? null : String(grid) },
    pool:
      pool === undefined
        ? null
        : {
            name: pool.name,
            slots: pool.slots,
            pricePerSlotHour: moneyOf(pool.rateMicrosPerHour, pool.currency),
          },
    maxCost: maxCostOf(spec, pool?.currency),
  };
}

function maxCostOf({ budget }: SweepSpec, poolCurrency: string | null | undefined): Plan['maxCost'] {
  const currency = budget.currency ?? poolCurrency ?? undefined;
  const micros = budget.max_cost === undefined ? undefined : parseMicros(budget.max_cost);
  return micros === undefined || currency === undefined ? null : toMoney(micros, currency);
}

function poolWarnings(name: string, pool: PoolSummary | undefined): Plan['warnings'] {
  const pointer = '/resources/pool';
  if (pool === undefined) {
    return [
      { pointer, code: 'pool/not-found', detail: `There is no pool "${name}"; submitting would be refused.` },
    ];
  }
  if (pool.slots > 0) return [];
  return [
    { pointer, code: 'pool/empty', detail: `Pool "${name}" has no node online; trials will wait for one.` },
  ];
}
