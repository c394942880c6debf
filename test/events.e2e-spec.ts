import { ApiClient, followEvents } from '@swath/api-client';
import { firstIds, readEvents } from '@swath/lifecycle';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { Product, root, until } from './support/product.js';

let product: Product;
beforeAll(async () => {
  product = await Product.start({ agents: [4] });
});
afterAll(() => product.stop());

/** Every event of the project as it is stored, in the order of the stream. */
async function stored(): Promise<string[]> {
  const from = { txid: 0n, seq: 0n };
  const rows = await readEvents(product.db, {
    ...{ projectId: firstIds.project, after: from, topics: [], limit: 100_000 },
  });
  return rows.map(({ cursor }) => `${cursor.txid}-${cursor.seq}`);
}

describe('the event stream', () => {
  it('loses and doubles nothing while the API is killed and started again under it', async () => {
    const abort = new AbortController();
    const client = new ApiClient({ host: product.url, key: product.apiKey });
    const seen: string[] = [];
    let opened = 0;
    const following = (async () => {
      const options = { after: '0-0', signal: abort.signal, onOpen: () => (opened += 1) };
      for await (const { id } of followEvents(client, options)) seen.push(id);
    })();
    const sweepId = await product.submit({
      name: 'followed',
      method: 'grid',
      metric: { name: 'loss', goal: 'minimize' },
      parameters: { level: { values: [1, 2, 3, 4, 5, 6, 7, 8] } },
      command: [process.execPath, join(root, 'test/support/rising-loss.mjs')],
      budget: { max_cost: '5' },
    });
    // Killed in the middle of the stream, again as soon as it is back, and once asked to end.
    for (const [events, signal] of [
      [10, 'SIGKILL'],
      [25, 'SIGKILL'],
      [40, 'SIGTERM'],
    ] as const) {
      await until(`${events} events`, () => Promise.resolve(seen.length >= events ? true : undefined));
      await product.endPart('api', signal);
      await product.startPart('api');
    }
    await product.finished(sweepId);
    const all = await until('the last event to come', async () => {
      const expected = await stored();
      return expected.at(-1) === seen.at(-1) ? expected : undefined;
    });
    abort.abort();
    await following;
    expect(seen).toEqual(all);
    expect(seen.length).toBeGreaterThan(40);
    expect(opened).toBeGreaterThan(3);
  });
});
