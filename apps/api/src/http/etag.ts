/** Versions of single entities as ETags: a reader who has the present version gets 304. */
import type { ApiReply, ApiRequest } from './request.js';

/** The entity with its ETag, or 304 and nothing when the reader has this version. */
export function answerWithVersion<T extends { readonly version: number }>(
  request: ApiRequest,
  reply: ApiReply,
  entity: T,
): T | undefined {
  const tag = `"v${entity.version}"`;
  void reply.header('etag', tag);
  if (request.headers['if-none-match'] !== tag) return entity;
  void reply.status(304);
  return undefined;
}
