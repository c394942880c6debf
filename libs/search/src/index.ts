export type { Direction } from './objective/compare.js';
export { bestFirst, bestValue, compareValues, improvement, isBetter, rankOf } from './objective/compare.js';
export { hypervolume } from './objective/hypervolume.js';
export type { HypervolumeOptions } from './objective/hypervolume.js';
export type { ObjectiveVector } from './objective/pareto.js';
export { dominates, nonDominatedSort, paretoFront } from './objective/pareto.js';
export type { SmallImprovementRule, SpendingAdvice } from './terminate/expected-improvement.js';
export {
  expectedImprovementBelow,
  improvementPerCostBelow,
  spendingAdvice,
} from './terminate/expected-improvement.js';
export type { EndedTrial, NoImprovementRule, Stagnation } from './terminate/progress-terminators.js';
export { noImprovement, stagnation, targetReached } from './terminate/progress-terminators.js';
export type { ConfidenceEnds, Predictions, RegretBoundInput } from './terminate/regret-bound.js';
export { confidenceEnds, confidenceWidth, regretBound, regretBoundBelow } from './terminate/regret-bound.js';
export { modelRegretBound } from './terminate/model-regret.js';
export type { StopRule, SweepEvidence } from './terminate/terminator.js';
export { shouldTerminate } from './terminate/terminator.js';
export type { TerminationCriterion, TerminationVerdict } from './terminate/verdict.js';
export type { ParameterImportance, SweepImportance, ValuedTrial } from './explain/importance.js';
export { lengthScaleRelevance, parameterImportance } from './explain/importance.js';
export type { FanovaOptions } from './explain/fanova.js';
export type { NearestTrial, NumberedTrial } from './explain/nearest.js';
export { nearestTrial } from './explain/nearest.js';
export type {
  Estimate,
  PlanAssumption,
  PlanInput,
  PlanLimit,
  PlannedSpec,
  SweepPlan,
} from './simulate/plan.js';
export { planSweep } from './simulate/plan.js';
export type { RecordedMeasurement, RecordedRow, RecordedTrial } from './simulate/recorded.js';
export type { SimulatedSweep, SimulatedTrial, Simulation, SuggestionContext } from './simulate/simulator.js';
export { simulate } from './simulate/simulator.js';
export { inOrder, tableLookup } from './simulate/table.js';
export type { Promotion, PromotionState, RungRecord } from './fidelity/asha.js';
export { promotable } from './fidelity/asha.js';
export { bracketCount, bracketOf, bracketSizes } from './fidelity/brackets.js';
export type { DecisionReason, JudgedMeasurement, PrunerDecision } from './fidelity/decision.js';
export { describeDecision } from './fidelity/describe.js';
export type { Measured, Progress } from './fidelity/progress.js';
export { advance } from './fidelity/progress.js';
export type { Pruner } from './fidelity/pruner.js';
export { decide } from './fidelity/pruner.js';
export type { PrunerState, PrunerStep, TrackedTrial, TrialMeasured } from './fidelity/pruner-state.js';
export { createPruner, endPaused, promoteTrials, reportMeasurement } from './fidelity/pruner-state.js';
export type { PrunerRule } from './fidelity/rule.js';
export { comparesTrials, judgesAt, minDeltaOf, rungValue } from './fidelity/rule.js';
export { rungReached, rungResource, rungsOf } from './fidelity/rungs.js';
export type { FlatParameter, Condition, SpaceProblem } from './space/flatten.js';
export { flattenSpace, InvalidSpaceError } from './space/flatten.js';
export { canonicalParameters, sameValue } from './space/equality.js';
export type { Assignment } from './space/assign.js';
export { activePart, fromParameters, toParameters } from './space/assign.js';
export { contains, distributionFunction, quantile } from './space/distributions.js';
export { gridSize } from './space/cells.js';
export { ConstraintError } from './space/constraint.js';
export { validateSpace } from './space/validate.js';
export type {
  CostWeighting,
  Objective,
  Observation,
  PendingTrial,
  Searcher,
  Suggestion,
  SuggestionInfo,
  SuggestRequest,
  SuggestResult,
} from './searchers/searcher.js';
export { createSearcher, suggest } from './searchers/registry.js';
export { AskTellSession } from './ask-tell/protocol.js';
export type { Curve } from './searchers/searcher.js';
