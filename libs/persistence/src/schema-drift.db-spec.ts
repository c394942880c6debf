import { createTestDatabase, type TestDatabase } from '@swath/testing';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDataSource } from './data-source.js';

let database: TestDatabase;
let source: DataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  source = createDataSource(database.url, { poolSize: 1 });
  await source.initialize();
});

afterAll(async () => {
  await source.destroy();
  await database.drop();
});

async function missingChanges(): Promise<string[]> {
  const log = await source.driver.createSchemaBuilder().log();
  return log.upQueries.map((query) => query.query);
}

describe('the migrated schema', () => {
  it('is what the entities say: a generated migration would be empty', async () => {
    expect(await missingChanges()).toEqual([]);
  });

  it('is told apart from one with a column, a constraint or a table too few', async () => {
    await source.query('ALTER TABLE trial DROP COLUMN info');
    await source.query('ALTER TABLE pool DROP CONSTRAINT pool_quantum_ms_check');
    await source.query('DROP TABLE launch_request');
    const changes = (await missingChanges()).join('\n');
    expect(changes).toContain('"info"');
    expect(changes).toContain('pool_quantum_ms_check');
    expect(changes).toContain('launch_request');
  });
});
