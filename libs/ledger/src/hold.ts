/**
 * How much is held before a lease runs, and for how long it may run. A hold covers the lease and its kill tail, so an
 * agent that obeys its deadline cannot spend what was not held.
 */
import { amountOf, type Use } from './price.js';

/** A budget as a hold sees it. */
export interface HoldBudget {
  readonly id: string;
  /** `money:<currency>` or `gpu_time`. */
  readonly unit: string;
  readonly avail: bigint;
  /** Only HARD budgets refuse. */
  readonly hard: boolean;
}

/** What a lease asks for. */
export interface HoldRequest {
  readonly rateMicrosPerHour: bigint;
  readonly milliGpu: bigint;
  /** Wanted length of the lease in ms. */
  readonly quantumMs: bigint;
  /** Shortest useful length in ms, at most `quantumMs`. */
  readonly minQuantumMs: bigint;
  /** From the end of the lease to the certain end of its processes, in ms. */
  readonly tailMs: bigint;
  /** Use since the start of the price segment that this lease has already settled, in ms; 0 for a new lease. */
  readonly usedMs: bigint;
}

/** The answer: the lease's length and the amount to hold in each budget, or the budget that refused. */
export type HoldPlan =
  | { readonly ok: true; readonly quantumMs: bigint; readonly amounts: readonly HoldAmount[] }
  | { readonly ok: false; readonly budgetId: string; readonly needed: bigint; readonly avail: bigint };

/** Amount to be held in one budget. */
export interface HoldAmount {
  readonly budgetId: string;
  readonly amount: bigint;
}

function amountFor(budget: HoldBudget, request: HoldRequest, quantumMs: bigint): bigint {
  const base: Use = {
    rateMicrosPerHour: request.rateMicrosPerHour,
    milliGpu: request.milliGpu,
    ms: request.usedMs,
  };
  const until: Use = { ...base, ms: request.usedMs + quantumMs + request.tailMs };
  return amountOf(budget.unit, until) - amountOf(budget.unit, base);
}

/** The longest quantum whose hold fits; amounts grow with the quantum, so halving the interval finds it. */
function longestFit(budget: HoldBudget, request: HoldRequest): bigint {
  let low = request.minQuantumMs;
  let high = request.quantumMs;
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    if (amountFor(budget, request, middle) <= budget.avail) low = middle;
    else high = middle - 1n;
  }
  return low;
}

/**
 * Plans the hold of a new lease, or of a renewal, against every budget that governs it; the tightest decides. The
 * quantum shrinks, not below `minQuantumMs`, when the full one does not fit.
 */
export function planHold(budgets: readonly HoldBudget[], request: HoldRequest): HoldPlan {
  let quantumMs = request.quantumMs;
  for (const budget of budgets) {
    if (!budget.hard || amountFor(budget, request, quantumMs) <= budget.avail) continue;
    const least = amountFor(budget, request, request.minQuantumMs);
    if (least > budget.avail) return { ok: false, budgetId: budget.id, needed: least, avail: budget.avail };
    quantumMs = longestFit(budget, { ...request, quantumMs });
  }
  const amounts = budgets.map((budget) => ({
    budgetId: budget.id,
    amount: amountFor(budget, request, quantumMs),
  }));
  return { ok: true, quantumMs, amounts };
}
