/** Makes the API application: Fastify with our body parsers, trace ids and counters, and the Nest module on it. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from '@swath/platform';
import type { FastifyInstance } from 'fastify';
import type { ApiConfig } from './api.config.js';
import { ApiModule } from './api.module.js';
import { RequestMetrics } from './health/request-metrics.js';
import { addBodyParsers, BODY_LIMIT } from './http/body-parsers.js';
import { serveSite } from './web/site.js';

/** The application, initialised but not listening. */
export async function createApi(config: ApiConfig, log: Logger): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    forceCloseConnections: true,
    genReqId: (request: IncomingMessage) => traceIdOf(request.headers['traceparent']),
    // Longer than an address can be: the schema of the parameter refuses it, in a problem that names it.
    routerOptions: { maxParamLength: 16_384, ignoreTrailingSlash: true },
  });
  const server: FastifyInstance = adapter.getInstance();
  addBodyParsers(server);
  serveSite(server);
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.forRoot(config, log), adapter, {
    bodyParser: false,
    logger: ['error', 'fatal'],
    abortOnError: false,
  });
  addReplyHooks(server, app.get(RequestMetrics));
  await app.init();
  await server.ready();
  return app;
}

function addReplyHooks(server: FastifyInstance, metrics: RequestMetrics): void {
  // Not async: a reply is a thenable that settles once it was sent, so awaiting it here would wait for itself.
  server.addHook('onSend', (request, reply, payload, done) => {
    reply.raw.setHeader('x-request-id', request.id);
    reply.raw.setHeader('x-content-type-options', 'nosniff');
    done(null, payload);
  });
  server.addHook('onResponse', (request, reply, done) => {
    metrics.observe({
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
    });
    done();
  });
}

/** The trace id of a W3C traceparent header, or a new one. */
function traceIdOf(traceparent: string | string[] | undefined): string {
  const match = typeof traceparent === 'string' ? /^[\da-f]{2}-([\da-f]{32})-/.exec(traceparent) : null;
  return match?.[1] ?? randomBytes(16).toString('hex');
}
