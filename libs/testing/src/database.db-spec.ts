import { afterAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { createTestDatabase } from './database.js';

const databases = await Promise.all([createTestDatabase(), createTestDatabase(), createTestDatabase()]);
afterAll(async () => {
  await Promise.all(databases.map((database) => database.drop()));
});

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('createTestDatabase', () => {
  it('gives each caller a database of its own, also when several ask at once', async () => {
    const [first, second] = databases;
    await query(first?.url ?? '', 'CREATE TABLE mine (id int)');
    const rows = await query(second?.url ?? '', `SELECT to_regclass('mine') AS found`);
    expect(rows).toEqual([{ found: null }]);
    expect(new Set(databases.map((database) => database.url)).size).toBe(3);
  });

  it('drops a database to which somebody is still connected', async () => {
    const database = await createTestDatabase();
    const client = new pg.Client({ connectionString: database.url });
    client.on('error', () => {});
    await client.connect();
    await database.drop();
    await expect(query(database.url, 'SELECT 1')).rejects.toThrow(/does not exist/);
  });
});
