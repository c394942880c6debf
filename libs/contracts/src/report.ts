/** The document at the end of a sweep: what was found, what it cost, what was stopped and why. */
import type { Decision } from './decision.js';
import type { SweepReason, SweepState } from './sweep-state.js';
import type { OutcomeClass, TrialState } from './trial-state.js';
import type { TrialParameters } from './search-space.js';
import type { Money } from './units.js';

/** One trial as a report shows it. */
export interface ReportedTrial {
  readonly id: string;
  readonly number: number;
  readonly state: TrialState;
  readonly parameters: TrialParameters;
  readonly value: number | null;
  readonly values: Readonly<Record<string, number | null>>;
  readonly resource: number | null;
  readonly cost: Money;
}

/** A trial that a pruner ended, with the decision that ended it. */
export interface PrunedTrial {
  readonly id: string;
  readonly number: number;
  readonly decision: Decision;
  readonly text: string;
}

/** Cost and use of one outcome class. */
export interface ClassCost {
  readonly class: OutcomeClass;
  readonly cost: Money;
  /** GPU seconds, a decimal string with three fraction digits. */
  readonly gpuSeconds: string;
  readonly attempts: number;
}

/** Avoided cost of pruning, an estimate with its assumptions; `null` where it was not measured. */
export interface Savings {
  readonly avoided: Money;
  readonly interval: readonly [Money, Money];
  readonly prunedTrials: number;
  readonly fullResource: number;
  readonly assumptions: string;
}

/** The sweep's own budget in money at the time of the report. */
export interface BudgetUse {
  readonly cap: Money;
  readonly spent: Money;
  readonly held: Money;
  readonly overdraft: Money;
}

/** The report of one sweep; `schema` grows by adding fields only. */
export interface SweepReport {
  readonly schema: 'swath.report/1';
  readonly sweep: { readonly id: string; readonly name: string; readonly project: string };
  readonly method: string;
  readonly state: SweepState;
  readonly reason: SweepReason | null;
  readonly reasonText: string;
  readonly objective: { readonly name: string; readonly goal: 'minimize' | 'maximize' } | null;
  readonly createdAt: string;
  readonly endedAt: string | null;
  /** Seconds from creation to end, pauses excluded. */
  readonly activeSeconds: number;
  readonly trials: {
    readonly total: number;
    readonly byState: Readonly<Partial<Record<TrialState, number>>>;
  };
  readonly best: ReportedTrial | null;
  readonly top: readonly ReportedTrial[];
  /** Trials not dominated by another; one entry for a single objective. */
  readonly paretoFront: readonly ReportedTrial[];
  readonly cost: {
    readonly total: Money;
    readonly byClass: readonly ClassCost[];
    readonly budget: BudgetUse | null;
  };
  readonly pruned: readonly PrunedTrial[];
  readonly savings: Savings | null;
  readonly attempts: { readonly total: number; readonly retries: number };
}
