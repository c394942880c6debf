/**
 * Serves the built web app: hashed files for ever, the page itself always fresh, and the page for every address a person may
 * have in the browser. Addresses of the API stay the API's: what it does not know there is its own 404.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

// From src/ and from dist/ alike.
const builtSite = fileURLToPath(new URL('../../../web/dist/site/', import.meta.url));

/** First path segments that are never pages. */
const reserved = new Set([
  'agent',
  'api',
  'artifactsV2',
  'assets',
  'auth',
  'docs',
  'files',
  'graphql',
  'health',
  'healthz',
  'metrics',
  'oidc',
  'openapi.json',
  'ready',
  'readyz',
  'sdk',
]);

/** What the pages may load: files of this server, nothing inline but styles, and no other site may frame them. */
export const sitePolicy =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; " +
  "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** Adds the site's routes; nothing without a build of the site. */
export function serveSite(server: FastifyInstance, folder = builtSite): void {
  const indexFile = join(folder, 'index.html');
  if (!existsSync(indexFile)) return;
  const page = readFileSync(indexFile);
  // Not awaited: that would start the server's boot before Nest has set its error handler.
  void server.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/assets/',
    preCompressed: true,
    immutable: true,
    maxAge: '365d',
    index: false,
    decorateReply: false,
  });
  server.get('/*', (request, reply) => {
    const [path = '/'] = request.url.split('?');
    const isPage = !reserved.has(path.split('/')[1] ?? '') && request.headers.accept?.includes('text/html');
    if (isPage !== true) {
      reply.callNotFound();
      return;
    }
    void reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-cache')
      .header('content-security-policy', sitePolicy)
      .header('referrer-policy', 'same-origin')
      .header('cross-origin-opener-policy', 'same-origin')
      .header('permissions-policy', 'camera=(), geolocation=(), microphone=()')
      .send(page);
  });
}
