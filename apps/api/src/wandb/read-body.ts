/** Reads a body to its end within limits, gzip included: what it unpacks to counts, so a small bomb is refused as a large body. */
import type { IncomingMessage } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { WireError } from './wire-error.js';

/** The body as bytes. @throws WireError 413 above the limit, 400 when it cannot be unpacked */
export async function readBody(body: unknown, request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (!(body instanceof Readable)) return Buffer.alloc(0);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const gzip = request.headers['content-encoding'] === 'gzip';
  // Not `pipe`: it would wait for ever for the rest of a body whose client went away.
  const source = gzip ? pipeline(body, createGunzip(), () => undefined) : body;
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

function tooLarge(maxBytes: number): WireError {
  return new WireError(413, `the body is larger than ${maxBytes} bytes`);
}
