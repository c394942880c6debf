export { createTestDatabase, testPostgresUrl, testTemporalAddress, type TestDatabase } from './database.js';
export { aSpec, cleanExit, TestFleet } from './fleet.js';
export { ledgerDrift, overshoots, type Overshoot } from './ledger-checks.js';
export { badSpecs, type BadSpec } from './specs/bad-specs.js';
