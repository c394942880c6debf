/** ETags of single entities: a reader who has the present state gets 304. */
import { createHash } from 'node:crypto';
import type { ApiReply, ApiRequest } from './request.js';

/** `"v<version>-<digest>"`: counts and costs of an entity change without its version, so the whole answer is digested. */
function tagOf(entity: { readonly version: number }): string {
  const digest = createHash('sha256').update(JSON.stringify(entity)).digest('base64url').slice(0, 16);
  return `"v${entity.version}-${digest}"`;
}

/** The entity with its ETag, after a change. */
export function withVersion<T extends { readonly version: number }>(reply: ApiReply, entity: T): T {
  void reply.header('etag', tagOf(entity));
  return entity;
}

/** The entity with its ETag, or 304 and nothing when the reader has this state. */
export function answerWithVersion<T extends { readonly version: number }>(
  request: ApiRequest,
  reply: ApiReply,
  entity: T,
): T | undefined {
  const tag = tagOf(entity);
  void reply.header('etag', tag);
  if (request.headers['if-none-match'] !== tag) return entity;
  void reply.status(304);
  return undefined;
}
