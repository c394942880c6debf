import type { IncomingMessage } from 'node:http';
import { PassThrough, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readBody } from './read-body.js';

const request = (headers: Record<string, string>) => ({ headers }) as unknown as IncomingMessage;
const gzip = request({ 'content-encoding': 'gzip' });

describe('readBody', () => {
  it('unpacks, and counts what it unpacks to', async () => {
    const packed = gzipSync(Buffer.alloc(10_000, 'a'));
    expect((await readBody(Readable.from([packed]), gzip, 10_000)).length).toBe(10_000);
    await expect(readBody(Readable.from([packed]), gzip, 9_999)).rejects.toMatchObject({ status: 413 });
  });

  it('leaves a packed body that is too large as it is, so that its client can be answered', async () => {
    const body = new PassThrough();
    body.write(gzipSync(Buffer.alloc(10_000, 'a')));
    await expect(readBody(body, gzip, 9_999)).rejects.toMatchObject({ status: 413 });
    expect(body.destroyed).toBe(false);
  });

  it.each([
    ['packed', gzip, gzipSync(Buffer.alloc(10_000, 'a')).subarray(0, 20)],
    ['plain', request({}), Buffer.from('{"a":')],
  ])('refuses a %s body whose client goes away in the middle', async (_, head, part) => {
    const body = new PassThrough();
    body.write(part);
    const read = readBody(body, head, 10_000);
    setImmediate(() => body.destroy(new Error('aborted')));
    await expect(read).rejects.toMatchObject({ status: 400 });
  });
});
