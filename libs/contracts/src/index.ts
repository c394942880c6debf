export type {
  BetaParameter,
  BoundedParameter,
  CategoricalParameter,
  ConstantParameter,
  Distribution,
  IntUniformParameter,
  Json,
  LeafParameter,
  NestedParameters,
  NormalParameter,
  Parameter,
  QuantizedBetaParameter,
  QuantizedBoundedParameter,
  QuantizedNormalParameter,
  SearchSpace,
  TrialParameters,
  WeightedCategoricalParameter,
  When,
} from './search-space.js';
export { isNested } from './search-space.js';
export type {
  EarlyTerminate,
  Objective,
  SearchMethod,
  SweepBudget,
  SweepResources,
  SweepRetries,
  SweepSpec,
} from './sweep-spec.js';
export { searchMethods } from './sweep-spec.js';
export type { SweepReason, SweepState } from './sweep-state.js';
export { canMoveSweep, isSweepEnded, sweepReasons, sweepStates, sweepTransitions } from './sweep-state.js';
export type {
  AttemptOutcome,
  AttemptState,
  LeaseState,
  OutcomeClass,
  StopReason,
  TrialState,
} from './trial-state.js';
export {
  attemptOutcomes,
  attemptStates,
  attemptTransitions,
  canMoveTrial,
  isTrialEnded,
  leaseStates,
  leaseTransitions,
  outcomeClasses,
  outcomeClassOf,
  stopReasons,
  trialStates,
  trialTransitions,
} from './trial-state.js';
export {
  attemptIdOf,
  idPatterns,
  leaseIdOf,
  runIdOf,
  sweepIdOf,
  sweepIdOfTrial,
  sweepWorkflowId,
  trialIdOf,
  trialIdOfAttempt,
  trialWorkflowId,
} from './ids.js';
export { csvLine, type Cell } from './csv.js';
export type { Money } from './units.js';
export { formatMicros, MICROS_PER_UNIT, MILLI_GPU_MS_PER_HOUR, parseMicros, toMoney } from './units.js';
export type { ErrorCode, ErrorEntry, FieldProblem, Problem } from './errors.js';
export { DomainError, errorCatalogue, toProblem } from './errors.js';
export type { Decision, DecisionAction } from './decision.js';
export type {
  AheadGrant,
  CompleteLease,
  CompleteReply,
  Heartbeat,
  HeartbeatReply,
  LeaseCommand,
  LeaseGrant,
  LeasePoll,
  LeasePollReply,
  LogBatch,
  LogReply,
  MetricBatch,
  MetricReply,
  MetricRow,
  NodeRegistered,
  ProcessExit,
  RegisterNode,
  ReleaseLease,
  SlotOffer,
  StartLease,
  CheckpointStored,
  StartReply,
} from './agent-protocol.js';
export {
  aheadGrantSchema,
  completeLeaseSchema,
  completeReplySchema,
  exitSchema,
  HEARTBEAT_MS,
  heartbeatReplySchema,
  heartbeatSchema,
  leaseCommandSchema,
  leaseGrantSchema,
  leasePollReplySchema,
  leasePollSchema,
  logBatchSchema,
  logReplySchema,
  MAX_LEASES_AHEAD,
  MAX_POLL_MS,
  metricBatchSchema,
  metricReplySchema,
  metricRowSchema,
  nodeRegisteredSchema,
  nonFinite,
  registerNodeSchema,
  releaseLeaseSchema,
  slotSchema,
  checkpointStoredSchema,
  startLeaseSchema,
  startReplySchema,
} from './agent-protocol.js';
export type { BudgetUse, ClassCost, PrunedTrial, ReportedTrial, Savings, SweepReport } from './report.js';
export type { CommandContext } from './command.js';
export { commandArgsJson, defaultCommand, expandCommand } from './command.js';
export type { SweepSpecResult } from './spec/parse-sweep-spec.js';
export { parseSweepSpec } from './spec/parse-sweep-spec.js';
export { isBounded } from './spec/spec-checks.js';
export { specDefaults, specLimits } from './spec/spec-limits.js';
export { sweepSpecJsonSchema } from './spec/sweep-spec-json-schema.js';
export type {
  FilterField,
  FilterFields,
  FilterResult,
  FilterTerm,
  FilterTest,
  FilterValue,
} from './filter/filter.js';
export { MAX_FILTER, parseFilter } from './filter/filter.js';
export { sweepFilterFields, trialFilterFields } from './filter/list-fields.js';
export type { OperationId, RouteInput, RouteReply, RouteRequest } from './api/routes.js';
export { routes } from './api/routes.js';
export type { RateBucket, Route, RouteScope } from './api/route.js';
export type {
  AttemptView,
  CallerView,
  CommandView,
  CostView,
  DecisionView,
  EventView,
  Health,
  LogPage,
  MetricsPage,
  NodeView,
  Page,
  Plan,
  PoolView,
  QueueEntry,
  RunView,
  Submitted,
  SweepDetail,
  SweepView,
  TrialView,
} from './api/views.js';
export type { BudgetDetail, BudgetEntryView, BudgetView, LedgerCheck } from './api/budget-routes.js';
export type { ImportanceView } from './api/analysis-routes.js';
export type { CostSummary, UsageRecordView } from './api/cost-routes.js';
export { costDimensions } from './api/cost-routes.js';
export { problemSchema } from './api/views.js';
export { openApiDocument } from './api/openapi.js';
export type { OpenApiDocument } from './api/openapi.js';
export type { FileTicket } from './file-ticket.js';
export { signedFileTicketSchema } from './file-ticket.js';
