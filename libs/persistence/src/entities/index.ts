// Every entity: what the drift check compares the migrated schema with.
import { ApiKeyEntity } from './api-key.entity.js';
import { RunFileEntity } from './run-file.entity.js';
import { RunAlertEntity } from './run-alert.entity.js';
import { ClientAgentEntity } from './client-agent.entity.js';
import { ArtifactCollectionEntity } from './artifact-collection.entity.js';
import { ArtifactEntity } from './artifact.entity.js';
import { ArtifactManifestEntity } from './artifact-manifest.entity.js';
import { ArtifactFileEntity } from './artifact-file.entity.js';
import { ArtifactMembershipEntity } from './artifact-membership.entity.js';
import { ArtifactAliasEntity } from './artifact-alias.entity.js';
import { ArtifactUseEntity } from './artifact-use.entity.js';
import { ArtifactOutputEntity } from './artifact-output.entity.js';
import { AttemptEntity } from './attempt.entity.js';
import { BudgetAlertEntity } from './budget-alert.entity.js';
import { BudgetEntity } from './budget.entity.js';
import { BudgetVersionEntity } from './budget-version.entity.js';
import { CheckpointEntity } from './checkpoint.entity.js';
import { DecisionEntity } from './decision.entity.js';
import { EventEntity } from './event.entity.js';
import { IdempotentRequestEntity } from './idempotent-request.entity.js';
import { LaunchRequestEntity } from './launch-request.entity.js';
import { LeaseEntity } from './lease.entity.js';
import { LeaseHoldEntity } from './lease-hold.entity.js';
import { LeaseSlotEntity } from './lease-slot.entity.js';
import { LedgerAccountEntity } from './ledger-account.entity.js';
import { LedgerTransferEntity } from './ledger-transfer.entity.js';
import { LedgerTxnEntity } from './ledger-txn.entity.js';
import { LogChunkEntity } from './log-chunk.entity.js';
import { MetricChunkEntity } from './metric-chunk.entity.js';
import { NodeEntity } from './node.entity.js';
import { OrgEntity } from './org.entity.js';
import { OutboxEntity } from './outbox.entity.js';
import { PoolEntity } from './pool.entity.js';
import { PriceVersionEntity } from './price-version.entity.js';
import { PrincipalEntity } from './principal.entity.js';
import { ProjectEntity } from './project.entity.js';
import { RunEntity } from './run.entity.js';
import { RungValueEntity } from './rung-value.entity.js';
import { ServerSecretEntity } from './server-secret.entity.js';
import { SlotEntity } from './slot.entity.js';
import { SweepEntity } from './sweep.entity.js';
import { TeamEntity } from './team.entity.js';
import { TrialEntity } from './trial.entity.js';
import { UsageRecordEntity } from './usage-record.entity.js';

/** Every entity. */
export const entities = [
  ApiKeyEntity,
  RunFileEntity,
  RunAlertEntity,
  ClientAgentEntity,
  ArtifactCollectionEntity,
  ArtifactEntity,
  ArtifactManifestEntity,
  ArtifactFileEntity,
  ArtifactMembershipEntity,
  ArtifactAliasEntity,
  ArtifactUseEntity,
  ArtifactOutputEntity,
  AttemptEntity,
  BudgetAlertEntity,
  BudgetEntity,
  BudgetVersionEntity,
  CheckpointEntity,
  DecisionEntity,
  EventEntity,
  IdempotentRequestEntity,
  LaunchRequestEntity,
  LeaseEntity,
  LeaseHoldEntity,
  LeaseSlotEntity,
  LedgerAccountEntity,
  LedgerTransferEntity,
  LedgerTxnEntity,
  LogChunkEntity,
  MetricChunkEntity,
  NodeEntity,
  OrgEntity,
  OutboxEntity,
  PoolEntity,
  PriceVersionEntity,
  PrincipalEntity,
  ProjectEntity,
  RunEntity,
  RungValueEntity,
  ServerSecretEntity,
  SlotEntity,
  SweepEntity,
  TeamEntity,
  TrialEntity,
  UsageRecordEntity,
];
