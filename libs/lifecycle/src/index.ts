export { readFinishedTrials } from './history.js';
export { submitSweep, submitSweepIn, type Submission, type Submitted } from './submit.js';
export { controlSweep, resizeSweep, type ControlAction } from './control.js';
export { changeLimits, enqueuePoint, requeueFailed, stopTrial, type LimitChange } from './trial-control.js';
export { closeOverdueSweeps, sweepStatus, type SweepStatus } from './status.js';
export { launchTrials, type LaunchRequest, type LaunchResult, type Suggest } from './launch.js';
export { advanceTrial, type TrialStep } from './advance-trial.js';
export { nextStep, type NextStep, type PastAttempt } from './next-step.js';
export { finishSweep } from './finish.js';
export { buildReport, readReport } from './report.js';
export { describeDecision, describeWaiting, type WaitingReason } from './reasons.js';
export { markSilentNodes, registerNode, setNodeState, type Registration } from './nodes.js';
export { lookForLeases, pollLeases, type LeaseLook } from './place-attempts.js';
export { queueOutlook, type QueueOutlook } from './queue.js';
export { pendingCommands, renewLeases } from './renew.js';
export { completeLease, expireLeases, outcomeOf, type Completion } from './end-lease.js';
export { startLease } from './start-lease.js';
export {
  dropCheckpoints,
  forgetCheckpoints,
  isCheckpoint,
  recordCheckpoint,
  resumedCheckpoint,
  type CheckpointArchive,
} from './checkpoints.js';
export { leaseNode } from './lease-rows.js';
export { releaseLease } from './release-lease.js';
export { recordMetrics } from './measure.js';
export { readLogs, recordLogs, type LogLine } from './logs.js';
export { claimOutbox, returnOutbox, settleOutbox, type OutboxRow } from './outbox.js';
export type { OutboxTopic } from './notices.js';
export { newestCursor, readEvents, type EventCursor, type EventRow } from './events.js';
export { authenticate, createFirstKeys, firstIds, type Principal, type Role } from './principals.js';
export { tokenSecret } from './tokens.js';
export { currentPrice, type PriceRow } from './prices.js';
export {
  listAttempts,
  listAttemptsOf,
  listDecisions,
  listNodes,
  listPools,
  listSweeps,
  listTrials,
  readMetrics,
  readSpec,
  readSpecs,
  readSweep,
  readTrial,
  type AttemptSummary,
  type DecisionRow,
  type MetricPoint,
  type NodeSummary,
  type PoolSummary,
  type SweepSummary,
  type TrialOrder,
  type TrialSummary,
} from './reads.js';
export { expectVersion } from './expect-version.js';
export { createPool, editPool, type PoolSettings } from './pools.js';
export { openBudget, type NewBudget } from './accounts.js';
export {
  changeBudgetLimit,
  createBudget,
  describeAmount,
  listBudgetEntries,
  listBudgets,
  readBudget,
  readBudgetVersions,
  type BudgetEntry,
  type BudgetLimitChange,
  type BudgetSummary,
  type BudgetVersion,
  type ScopeBudget,
} from './budgets.js';
export {
  exportCharges,
  listUsage,
  queryCosts,
  type CostDimension,
  type CostFilter,
  type CostRow,
  type UsagePosition,
  type UsageRow,
} from './costs.js';
export { focusColumns, type FocusRow } from '@swath/ledger';
export {
  verifyLedger,
  type LedgerFinding,
  type LedgerRule,
  type LedgerVerification,
} from './verify-ledger.js';
export {
  DEFAULT_PROJECT,
  ensureProject,
  findProject,
  findTeam,
  listProjects,
  listTeams,
  type ClientProject,
} from './runs/projects.js';
export { findRun, readRun, type ClientRun, type RunState } from './runs/run-rows.js';
export { editRun, upsertRun, type RunFields } from './runs/upsert-run.js';
export { recordStream, type StreamPart, type StreamPost, type StreamReply } from './runs/record-stream.js';
export type { ConsoleLine } from './runs/store-lines.js';
export { readHistory, readHistoryNames, readTail, thinOut } from './runs/read-history.js';
export { deleteRun, recordAlert, requestStop, rewindRun } from './runs/end-run.js';
export {
  countRunFiles,
  deleteRunFiles,
  findRunFile,
  listRunFiles,
  putRunFile,
  type RunFile,
} from './runs/run-files.js';
export { countClientRuns, listClientRuns, type RunQuery } from './runs/list-runs.js';
export {
  CLIENT_POOL_PREFIX,
  clientLease,
  completeClientRun,
  createClientAgent,
  hasEnded,
  hideUntilStarted,
  markSeen,
  touchClientAgent,
  type ClientAgent,
  type ClientLease,
} from './runs/client-agents.js';
export {
  currentManifest,
  findByClientId,
  findCollection,
  findMembership,
  listAliases,
  listArtifactFiles,
  listArtifactTypes,
  listCollections,
  listMemberships,
  listRunArtifacts,
  listUsers,
  listVersions,
  readArtifact,
  readCollection,
  type ArtifactRow,
  type CollectionRow,
  type MembershipRow,
} from './artifacts/artifact-rows.js';
export {
  commitArtifact,
  createArtifact,
  createManifest,
  storeFileBlob,
  storeManifestBlob,
  updateManifest,
  type NewArtifact,
} from './artifacts/create-artifact.js';
export {
  deleteArtifact,
  editArtifact,
  recordUse,
  removeAliases,
  setAliases,
  unlinkArtifact,
  type ArtifactEdit,
} from './artifacts/edit-artifact.js';
export { linkArtifact } from './artifacts/link-artifact.js';
export { explainQueue, type QueueEntry } from './explain-queue.js';
