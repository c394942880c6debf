/**
 * Terminators on what the model expects of the next trial: its expected improvement, or that per unit of money. The same numbers
 * make the advice "another 40 EUR buys an expected improvement of 0.0003", shown while no terminator is switched on.
 *
 * @source Expected improvement as stopping rule: Nguyen et al., "Regret for Expected Improvement over the Best-Observed Value and
 *   Stopping Condition", ACML 2017 (stop when it falls below kappa). Differs: several suggestions in a row must be below, because
 *   one exploratory suggestion says little; and there is a form per unit of money, which has no paper.
 */
import type { TerminationVerdict } from './verdict.js';

/** Suggestions looked at when the trend is estimated. */
const TREND_WINDOW = 20;

/** When the expected improvement is too small. */
export interface SmallImprovementRule {
  /** In the objective's units (`expectedImprovementBelow`) or per unit of money (`improvementPerCostBelow`), above 0. */
  readonly below: number;
  /** Suggestions in a row that must be below, at least 1; default 3. */
  readonly patience?: number;
}

/**
 * Stops when the last `patience` suggestions all had an expected improvement below the rule's. `bound` is the largest of them.
 *
 * @param expectedImprovements  of the model's suggestions so far, newest last; initial-design suggestions have none
 */
export function expectedImprovementBelow(
  rule: SmallImprovementRule,
  expectedImprovements: readonly number[],
): TerminationVerdict {
  const patience = rule.patience ?? 3;
  const last = expectedImprovements.slice(-patience);
  const bound = last.length < patience ? null : Math.max(...last);
  return {
    criterion: 'expected_improvement',
    stop: bound !== null && bound < rule.below,
    bound,
    threshold: rule.below,
  };
}

/**
 * The same per unit of money: `bound` is the largest recent expected improvement divided by what a trial costs.
 *
 * @param costPerTrial  expected cost of one more trial, in the currency of `rule.below`, above 0
 */
export function improvementPerCostBelow(
  rule: SmallImprovementRule,
  expectedImprovements: readonly number[],
  costPerTrial: number,
): TerminationVerdict {
  const { bound } = expectedImprovementBelow(rule, expectedImprovements);
  const perCost = bound === null || !(costPerTrial > 0) ? null : bound / costPerTrial;
  return {
    criterion: 'improvement_per_cost',
    stop: perCost !== null && perCost < rule.below,
    bound: perCost,
    threshold: rule.below,
  };
}

/** What more money is expected to buy. */
export interface SpendingAdvice {
  /** Trials the money pays for. */
  readonly trials: number;
  /** What they cost together; at most the money given. */
  readonly cost: number;
  /** Expected improvement of the best value by all of them, in the objective's units, at least 0. */
  readonly expectedImprovement: number;
}

/**
 * What `money` more is expected to buy, or null before the model has made a suggestion. Each trial is expected to improve by the
 * recent trend: expected improvements decay geometrically, at the rate of the last 20 suggestions and never growing, so the
 * figure is an estimate that errs on the side of going on.
 *
 * @param expectedImprovements  of the model's suggestions so far, newest last
 * @param costPerTrial  in the currency of `money`, above 0
 */
export function spendingAdvice(
  expectedImprovements: readonly number[],
  costPerTrial: number,
  money: number,
): SpendingAdvice | null {
  const trend = improvementTrend(expectedImprovements);
  if (trend === null || !(costPerTrial > 0)) return null;
  const trials = Math.max(0, Math.floor(money / costPerTrial + 1e-9));
  const { level, slope } = trend;
  const expectedImprovement =
    slope === 0 ? level * trials : (level * Math.expm1(slope * trials)) / Math.expm1(slope);
  return { trials, cost: trials * costPerTrial, expectedImprovement };
}

/** Next expected improvement and the slope of its logarithm per trial, at most 0, by least squares. */
function improvementTrend(
  expectedImprovements: readonly number[],
): { readonly level: number; readonly slope: number } | null {
  const recent = expectedImprovements.slice(-TREND_WINDOW).filter((value) => Number.isFinite(value));
  const largest = Math.max(0, ...recent);
  if (recent.length === 0) return null;
  if (largest === 0) return { level: 0, slope: 0 };
  const logs = recent.map((value) => Math.log(Math.max(value, largest * 1e-12)));
  const middle = (logs.length - 1) / 2;
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const spread = logs.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
  const slope =
    spread === 0
      ? 0
      : Math.min(0, logs.reduce((sum, log, i) => sum + (i - middle) * (log - mean), 0) / spread);
  return { level: Math.exp(mean + slope * (logs.length - middle)), slope };
}
