export { createTestDatabase, testPostgresUrl, testTemporalAddress, type TestDatabase } from './database.js';
