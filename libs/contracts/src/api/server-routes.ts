/** Operations about the caller, events and the server itself. Part of the route table in `routes.ts`. */
import * as requests from './requests.js';
import type { Route } from './route.js';
import * as views from './views.js';

/** Routes about the caller, events and the server itself. */
export const serverRoutes = {
  getCaller: {
    method: 'GET',
    path: '/api/v1/me',
    operationId: 'getCaller',
    summary: 'Say whose key this is',
    tag: 'Server',
    scope: 'viewer',
    bucket: 'read',
    response: views.callerViewSchema,
    errors: [],
  },
  streamEvents: {
    method: 'GET',
    path: '/api/v1/events',
    operationId: 'streamEvents',
    summary: 'Follow events as they happen; resumes after Last-Event-ID',
    tag: 'Events',
    scope: 'viewer',
    bucket: 'read',
    query: requests.eventsQuery,
    produces: 'text/event-stream',
    errors: ['project/not-found'],
  },
  getHealth: healthRoute('/healthz', 'getHealth', 'Whether the process lives'),
  getReadiness: healthRoute('/readyz', 'getReadiness', 'Whether the server can answer'),
  getHealthAlias: healthRoute('/health', 'getHealthAlias', 'As /healthz'),
  getReadinessAlias: healthRoute('/ready', 'getReadinessAlias', 'As /readyz'),
  getServerMetrics: pageRoute(
    '/metrics',
    'getServerMetrics',
    'Counters of this process for Prometheus',
    'text/plain',
  ),
  getOpenApi: pageRoute('/openapi.json', 'getOpenApi', 'This document', 'application/json'),
  getDocs: pageRoute('/docs', 'getDocs', 'A page to read and try this API', 'text/html'),
} as const satisfies Record<string, Route>;

function healthRoute<const P extends string, const O extends string>(
  path: P,
  operationId: O,
  summary: string,
) {
  return {
    method: 'GET',
    path,
    operationId,
    summary,
    tag: 'Server',
    scope: 'public',
    bucket: 'none',
    response: views.healthSchema,
    errors: ['server/unavailable'],
  } as const;
}

function pageRoute<const P extends string, const O extends string>(
  path: P,
  operationId: O,
  summary: string,
  produces: string,
) {
  return {
    method: 'GET',
    path,
    operationId,
    summary,
    tag: 'Server',
    scope: 'public',
    bucket: 'none',
    produces,
    errors: [],
  } as const;
}
