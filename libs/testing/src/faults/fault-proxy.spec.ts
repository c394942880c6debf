import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callReader } from './calls.js';
import { FaultProxy, type FaultProxyOptions } from './fault-proxy.js';
import { Seeded } from './seeded.js';

let bodies: string[];
let target: Server;
let proxy: FaultProxy | undefined;
beforeEach(async () => {
  bodies = [];
  target = createServer((incoming, reply) => {
    let body = '';
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
    incoming.on('end', () => {
      bodies.push(body);
      reply.end(`got ${body}`);
    });
  });
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await proxy?.close();
  target.closeAllConnections();
  await new Promise((resolve) => target.close(resolve));
});

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function start(options: Partial<FaultProxyOptions>): Promise<FaultProxy> {
  proxy = await FaultProxy.start({
    targets: [{ host: '127.0.0.1', port: portOf(target) }],
    protocol: 'http1',
    random: new Seeded(1),
    ...options,
  });
  return proxy;
}

function post(port: number, body: string, timeoutMs = 10_000): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, method: 'POST', path: '/', agent: false }, (reply) => {
      let text = '';
      reply.on('data', (chunk: Buffer) => (text += chunk.toString()));
      reply.on('end', () => resolve(text));
      reply.on('error', reject);
    });
    call.setTimeout(timeoutMs, () => call.destroy(new Error('no answer')));
    call.on('error', reject);
    call.setHeader('content-length', body.length);
    call.end(body);
  });
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setImmediate(resolve));
}

describe('FaultProxy', () => {
  it('passes calls on', async () => {
    const { port } = await start({});
    expect(await post(port, 'one')).toBe('got one');
    expect(proxy?.counts).toMatchObject({ calls: 1, replyLost: 0 });
  });

  it('loses the reply of a call that was carried out', async () => {
    const { port } = await start({ rates: { replyLost: 1 } });
    await expect(post(port, 'one')).rejects.toThrow();
    expect(bodies).toEqual(['one']);
    expect(proxy?.counts.replyLost).toBe(1);
  });

  it('resets before the call is forwarded', async () => {
    const { port } = await start({ rates: { reset: 1 } });
    await expect(post(port, 'one')).rejects.toThrow();
    expect(bodies).toEqual([]);
  });

  it('sends a request twice and answers once', async () => {
    const { port } = await start({ rates: { duplicate: 1 } });
    expect(await post(port, 'one')).toBe('got one');
    await until(() => bodies.length === 2);
    expect(bodies).toEqual(['one', 'one']);
  });

  it('keeps a half-open connection silent until mended', async () => {
    const { port } = await start({});
    proxy?.cut('half-open');
    await expect(post(port, 'one', 50)).rejects.toThrow('no answer');
    expect(bodies).toEqual([]);
    proxy?.mend();
    expect(await post(port, 'two')).toBe('got two');
  });

  it('passes calls on over a narrow line', async () => {
    const { port } = await start({});
    proxy?.setBandwidth(200_000);
    const body = 'x'.repeat(5_000);
    expect(await post(port, body)).toBe(`got ${body}`);
    proxy?.setBandwidth(undefined);
    expect(await post(port, 'two')).toBe('got two');
  });

  it('refuses while closed', async () => {
    const { port } = await start({});
    proxy?.cut('closed');
    await expect(post(port, 'one')).rejects.toThrow();
    proxy?.mend();
    expect(await post(port, 'two')).toBe('got two');
  });

  it('passes over a target that is away', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const away = { host: '127.0.0.1', port: portOf(gone) };
    await new Promise((resolve) => gone.close(resolve));
    const { port } = await start({ targets: [away, { host: '127.0.0.1', port: portOf(target) }] });
    expect(await post(port, 'one')).toBe('got one');
    expect(await post(port, 'two')).toBe('got two');
  });
});

describe('callReader', () => {
  it('counts HEADERS frames of HTTP/2, also when they are split', () => {
    const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    const frame = (type: number, length: number): Buffer => {
      const head = Buffer.alloc(9 + length);
      head.writeUIntBE(length, 0, 3);
      head[3] = type;
      return head;
    };
    const bytes = Buffer.concat([preface, frame(4, 6), frame(1, 40), frame(0, 100), frame(1, 3)]);
    for (const size of [1, 7, bytes.length]) {
      const reader = callReader('http2');
      let calls = 0;
      for (let at = 0; at < bytes.length; at += size) calls += reader.read(bytes.subarray(at, at + size));
      expect(calls).toBe(2);
    }
  });

  it('counts a transaction of PostgreSQL at its commit, and statements outside of one', () => {
    const simple = (text: string): Buffer => {
      const body = Buffer.from(`${text}\0`);
      const head = Buffer.from([0x51, 0, 0, 0, body.length + 4]);
      return Buffer.concat([head, body]);
    };
    const parse = Buffer.from('P\0\0\0\x20\0SELECT 1\0\0\0B');
    const reader = callReader('postgres');
    expect(
      [parse, simple('BEGIN; SET LOCAL jit = off'), parse, parse, simple('COMMIT'), parse].map((chunk) =>
        reader.read(chunk),
      ),
    ).toEqual([1, 0, 0, 0, 1, 1]);
  });
});
