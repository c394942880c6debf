export { createTestDatabase, testPostgresUrl, testTemporalAddress, type TestDatabase } from './database.js';
export { aSpec, cleanExit, TestFleet } from './fleet.js';
export { ledgerDrift, overshoots, type Overshoot } from './ledger-checks.js';
export { badSpecs } from './specs/bad-specs.js';
export type { BadSpec } from './specs/bad-spec.js';
export { Seeded } from './faults/seeded.js';
export { describeFaults, planFaults, type PlannedFault, type ScheduleOptions } from './faults/schedule.js';
export { type ProxyProtocol } from './faults/calls.js';
export {
  FaultProxy,
  type FaultCounts,
  type FaultProxyOptions,
  type FaultRates,
  type ProxyTarget,
} from './faults/fault-proxy.js';
export { databaseFaults, type DatabaseFaultRates, type DatabaseFaults } from './faults/database-faults.js';
export {
  readProcessJournal,
  recordHistory,
  type ProcessRecord,
  type RecordedHistory,
} from './faults/history.js';
export {
  checkHistory,
  nothingAcknowledgedLost,
  nothingLeft,
  type Breach,
  type Leftovers,
  type MetricBatchRecord,
} from './faults/invariants.js';
