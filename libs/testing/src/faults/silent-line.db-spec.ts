import { Database, isConnectionLoss, listen, type Listener } from '@swath/persistence';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database.js';
import { FaultProxy } from './fault-proxy.js';
import { Seeded } from './seeded.js';

let database: TestDatabase;
let proxy: FaultProxy;
let url: string;
beforeAll(async () => {
  database = await createTestDatabase();
  const target = new URL(database.url);
  proxy = await FaultProxy.start({
    targets: [{ host: target.hostname, port: Number(target.port) }],
    protocol: 'postgres',
    random: new Seeded(1),
  });
  target.host = `127.0.0.1:${proxy.port}`;
  url = String(target);
});
afterAll(async () => {
  await proxy.close();
  await database.drop();
});

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 20));
}

// What each of these waits for never comes without the bound: a half-open connection has no end of its own.
describe('a line to PostgreSQL that goes silent', () => {
  it('is a lost connection to a statement and to a transaction, and the pool works again after it', async () => {
    const db = await Database.connect(url, { poolSize: 2, queryTimeoutMs: 300 });
    try {
      // Both connections are open before the line goes silent.
      await Promise.all([db.query('SELECT pg_sleep(0.05)'), db.query('SELECT pg_sleep(0.05)')]);
      proxy.cut('half-open');
      const losses = await Promise.all([
        db.query('SELECT 1').catch(isConnectionLoss),
        db.transaction((tx) => tx.query('SELECT 1')).catch(isConnectionLoss),
      ]);
      expect(losses).toEqual([true, true]);
      proxy.mend();
      expect(await db.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    } finally {
      proxy.mend();
      await db.close();
    }
  });

  it('is noticed by an idle listener, which listens again', async () => {
    let connected = 0;
    let listener: Listener | undefined;
    const begun = proxy.counts.connections;
    try {
      listener = await listen(url, ['swath_event'], {
        onMessage: () => undefined,
        onConnect: () => (connected += 1),
        probeMs: 300,
      });
      proxy.cut('half-open');
      // The line stays cut: nothing but the listener's own question can have told it.
      await until(() => proxy.counts.connections - begun >= 2);
      expect(connected).toBe(1);
      proxy.mend();
      await until(() => connected === 2);
    } finally {
      proxy.mend();
      await listener?.close();
    }
  });
});
