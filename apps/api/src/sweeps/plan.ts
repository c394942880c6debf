/** What submitting a spec would do: its size, its pool, its cost and its first commands. Writes nothing. */
import { parseMicros, toMoney } from '@swath/contracts';
import type { Plan, SweepSpec } from '@swath/contracts';
import { listPools } from '@swath/lifecycle';
import type { PoolSummary, Principal } from '@swath/lifecycle';
import type { Queryable } from '@swath/persistence';
import { gridSize } from '@swath/search';
import { exampleCommands } from './plan-commands.js';
import { costBound, estimateCost } from './plan-cost.js';
import type { AcceptedSpec } from './read-spec.js';
import { moneyOf } from './sweep.mapper.js';

const SHOWN_COMMANDS = 5;

/** Who asks for a plan, and for which project. */
export interface PlanRequest {
  readonly caller: Principal;
  readonly projectId: string;
}

/** The plan of an accepted spec. */
export async function planOf(
  db: Queryable,
  { caller, projectId }: PlanRequest,
  { spec, warnings }: AcceptedSpec,
): Promise<Plan> {
  const grid = spec.method === 'grid' ? gridSize(spec.parameters) : null;
  const limits = [grid === null ? Infinity : Number(grid), spec.budget.max_trials ?? Infinity];
  const least = Math.min(...limits);
  const max = Number.isSafeInteger(least) ? least : null;
  const pool = (await listPools(db, caller.orgId)).find(({ name }) => name === spec.resources.pool);
  const maxCost = maxCostOf(spec, pool?.currency);
  const planned = { projectId, spec, pool, maxTrials: max };
  return {
    valid: true,
    spec,
    warnings: [...warnings, ...poolWarnings(spec.resources.pool, pool)],
    trials: { max, gridSize: grid === null ? null : String(grid) },
    pool:
      pool === undefined
        ? null
        : {
            name: pool.name,
            slots: pool.slots,
            pricePerSlotHour: moneyOf(pool.rateMicrosPerHour, pool.currency),
          },
    maxCost,
    commands: exampleCommands(spec, SHOWN_COMMANDS),
    commandsAreExact: spec.method === 'grid' || spec.seed !== undefined,
    estimate: await estimateCost(db, planned),
    bound: costBound(planned, maxCost),
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
