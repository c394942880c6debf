/** Reads a body to its end within limits, gzip included: what it unpacks to counts, so a small bomb is refused as a large body. */
import type { IncomingMessage } from 'node:http';
import { finished, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { WireError } from './wire-error.js';

/** The body as bytes. @throws WireError 413 above the limit, 400 when it cannot be unpacked */
export async function readBody(body: unknown, request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (!(body instanceof Readable)) return Buffer.alloc(0);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const gzip = request.headers['content-encoding'] === 'gzip';
  const source = gzip ? unpacked(body) : body;
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of source) {
      const bytes = Buffer.isBuffer(part) ? part : Buffer.from(String(part));
      size += bytes.length;
      if (size > maxBytes) throw tooLarge(maxBytes);
      parts.push(bytes);
    }
  } catch (error) {
    if (error instanceof WireError) throw error;
    throw new WireError(400, 'the body cannot be read');
  }
  return Buffer.concat(parts);
}

/** What a body unpacks to. Ends with it when the client goes away, and leaves it alone when it is refused: an answer must still get out. */
function unpacked(body: Readable): Readable {
  const gunzip = createGunzip();
  finished(body, (error) => {
    if (error) gunzip.destroy(error);
  });
  return body.pipe(gunzip);
}

function tooLarge(maxBytes: number): WireError {
  return new WireError(413, `the body is larger than ${maxBytes} bytes`);
}
