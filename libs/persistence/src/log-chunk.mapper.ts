// Log chunks on disk: the lines of one batch as deflated JSON text.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { LogBatch } from '@swath/contracts';

/** Encodes lines; `decodeLogs` gives them back exactly. */
export function encodeLogs(lines: LogBatch['lines']): Buffer {
  return deflateRawSync(Buffer.from(JSON.stringify(lines)));
}

/** Decodes a chunk written by `encodeLogs`. */
export function decodeLogs(chunk: Buffer): LogBatch['lines'] {
  return JSON.parse(inflateRawSync(chunk).toString()) as LogBatch['lines'];
}
