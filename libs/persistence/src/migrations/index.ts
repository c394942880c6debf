// Migrations in the order they run. Forward only; a released one is never edited.
import { CreateTenancy1764000000001 } from './1764000000001-create-tenancy.js';
import { CreateFleet1764000000002 } from './1764000000002-create-fleet.js';
import { CreateSweeps1764000000003 } from './1764000000003-create-sweeps.js';
import { CreateLedger1764000000004 } from './1764000000004-create-ledger.js';
import { CreateStreams1764000000005 } from './1764000000005-create-streams.js';
import { CreateClientRuns1764000000010 } from './1764000000010-create-client-runs.js';
import { CreateArtifacts1764000000011 } from './1764000000011-create-artifacts.js';
import { LeaseAhead1764000000012 } from './1764000000012-lease-ahead.js';
import { IndexQueue1764000000020 } from './1764000000020-index-queue.js';
import { CreateBudgetVersions1764000000030 } from './1764000000030-create-budget-versions.js';
import { CreateBudgetAlerts1764000000040 } from './1764000000040-create-budget-alerts.js';
import { LockWithLimits1764000000050 } from './1764000000050-lock-with-limits.js';
import { CreateCheckpoints1764000000060 } from './1764000000060-create-checkpoints.js';
import { CountInitialFailures1796129957000 } from './1796129957000-count-initial-failures.js';

/** Every migration, oldest first. */
export const migrations = [
  CreateTenancy1764000000001,
  CreateFleet1764000000002,
  CreateSweeps1764000000003,
  CreateLedger1764000000004,
  CreateStreams1764000000005,
  CreateClientRuns1764000000010,
  CreateArtifacts1764000000011,
  LeaseAhead1764000000012,
  IndexQueue1764000000020,
  CreateBudgetVersions1764000000030,
  CreateBudgetAlerts1764000000040,
  LockWithLimits1764000000050,
  CreateCheckpoints1764000000060,
  CountInitialFailures1796129957000,
];
