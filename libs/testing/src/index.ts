export { createTestDatabase, testPostgresUrl, testTemporalAddress, type TestDatabase } from './database.js';
export { aSpec, cleanExit, TestFleet } from './fleet.js';
export { ledgerDrift, overshoots, type Overshoot } from './ledger-checks.js';
export { badSpecs } from './specs/bad-specs.js';
export type { BadSpec } from './specs/bad-spec.js';
