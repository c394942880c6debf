/**
 * Reads request bodies: JSON, YAML text and NDJSON, each within the size limit of its route and only where the route takes
 * it. The bytes are kept, because idempotency hashes them and a spec's numbers keep their spelling only there.
 */
import { DomainError, routes } from '@swath/contracts';
import type { Route } from '@swath/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { parse as parseJson } from 'secure-json-parse';
import { fastifyPath } from './operation.js';
import type { ApiRequest } from './request.js';

/** Largest body of an ordinary request: a spec of 1 MiB and what surrounds it. */
export const BODY_LIMIT = 1_048_576 + 65_536;
/** Largest batch of metrics or logs. */
export const INGEST_BODY_LIMIT = 16 * 1_048_576;

/** Replaces Fastify's parsers. */
export function addBodyParsers(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  const json = ['application/json', 'application/merge-patch+json'];
  server.addContentTypeParser(json, { parseAs: 'buffer' }, (request, body, done) => {
    settle(done, () => jsonOf(keepBody(request, body)));
  });
  // A YAML document is a spec by itself; it becomes the body that its JSON form would be.
  const yaml = ['application/yaml', 'application/x-yaml', 'text/yaml'];
  server.addContentTypeParser(yaml, { parseAs: 'buffer' }, (request, body, done) => {
    settle(done, () => ({ spec: textOf(keepBody(request, body)) }));
  });
  server.addContentTypeParser('application/x-ndjson', { parseAs: 'buffer' }, (request, body, done) => {
    settle(done, () => textOf(keepBody(request, body)));
  });
  // Archives are of any size: they are handed on as they come.
  server.addContentTypeParser('application/x-tar', (_request, payload, done) => {
    done(null, payload);
  });
  limitBodies(server);
}

/** Gives ingest routes their larger limit. */
function limitBodies(server: FastifyInstance): void {
  const ingest = new Set(
    Object.values<Route>(routes)
      .filter(({ bucket }) => bucket === 'ingest')
      .map(({ path }) => fastifyPath(path)),
  );
  server.addHook('onRoute', (options) => {
    if (ingest.has(options.url)) options.bodyLimit = INGEST_BODY_LIMIT;
  });
}

function keepBody(request: FastifyRequest, body: Buffer | string): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const kept: ApiRequest = request;
  kept.rawBody = bytes;
  return bytes;
}

function jsonOf(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return parseJson(textOf(bytes), { protoAction: 'error', constructorAction: 'error' });
  } catch (error) {
    if (error instanceof DomainError) throw error;
    const reason = error instanceof Error ? error.message.slice(0, 200) : 'unreadable';
    throw new DomainError('request/malformed', `the body is not valid JSON: ${reason}`);
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function textOf(bytes: Buffer): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new DomainError('request/malformed', 'the body is not valid UTF-8');
  }
}

function settle(done: (error: Error | null, body?: unknown) => void, read: () => unknown): void {
  let value: unknown;
  try {
    value = read();
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)));
    return;
  }
  done(null, value);
}
