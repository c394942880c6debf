import { createLogger } from '@swath/platform';
import { describe, expect, it } from 'vitest';
import { defaultRates, RateLimits } from './rate-limits.js';
import type { Rates } from './rate-limits.js';
import type { ApiReply, ApiRequest } from './request.js';

function limitsOf(rates: Partial<Rates>, lines: string[] = []): RateLimits {
  return new RateLimits(
    { ...defaultRates, ...rates },
    createLogger({ name: 'api', write: (line) => lines.push(line) }),
  );
}

function reply(): { headers: Record<string, string>; reply: ApiReply } {
  const headers: Record<string, string> = {};
  const made = {
    header(name: string, value: string) {
      headers[name] = value;
      return made;
    },
  };
  return { headers, reply: made as unknown as ApiReply };
}

function request(id: string, params: Record<string, string> = {}): ApiRequest {
  return { principal: { id }, params, ip: '10.0.0.1' } as unknown as ApiRequest;
}

describe('limits on requests', () => {
  it('say what is left and refuse what is too much, per principal', async () => {
    const lines: string[] = [];
    const limits = limitsOf({ write: 2 }, lines);
    const first = reply();
    await limits.count({ bucket: 'write' }, request('a'), first.reply);
    expect(first.headers).toMatchObject({
      'ratelimit-policy': '"write";q=2;w=60',
      ratelimit: '"write";r=1;t=60',
      'ratelimit-remaining': '1',
    });
    await limits.count({ bucket: 'write' }, request('a'), reply().reply);
    const third = reply();
    await expect(limits.count({ bucket: 'write' }, request('a'), third.reply)).rejects.toMatchObject({
      code: 'rate/limited',
    });
    expect(Number(third.headers['retry-after'])).toBeGreaterThan(0);
    await expect(limits.count({ bucket: 'write' }, request('a'), reply().reply)).rejects.toThrow();
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: 'warn', bucket: 'write', key: 'a', limit: 2, msg: 'requests are limited' },
    ]);
    await limits.count({ bucket: 'write' }, request('b'), reply().reply);
    await limits.count({ bucket: 'read' }, request('a'), reply().reply);
  });

  it('count agents by node, so that one node cannot use up the others’ share', async () => {
    const limits = limitsOf({ agent: 1 });
    await limits.count({ bucket: 'agent' }, request('key', { nodeId: 'n1' }), reply().reply);
    await limits.count({ bucket: 'agent' }, request('key', { nodeId: 'n2' }), reply().reply);
    await expect(
      limits.count({ bucket: 'agent' }, request('key', { nodeId: 'n1' }), reply().reply),
    ).rejects.toMatchObject({ code: 'rate/limited' });
  });

  it('let a fleet of 500 nodes with one key beat, poll and finish trials all minute', async () => {
    const limits = limitsOf({});
    for (let node = 0; node < 500; node += 1) {
      await limits.count({ bucket: 'agent' }, request('key'), reply().reply);
      for (let call = 0; call < 120; call += 1) {
        await limits.count({ bucket: 'agent' }, request('key', { nodeId: `n${node}` }), reply().reply);
      }
    }
  });

  it('count nothing where the limit is 0 or the route has none', async () => {
    const limits = limitsOf({ read: 0 });
    const { headers, reply: sent } = reply();
    await limits.count({ bucket: 'read' }, request('a'), sent);
    await limits.count({ bucket: 'none' }, request('a'), sent);
    expect(headers).toEqual({});
  });
});
