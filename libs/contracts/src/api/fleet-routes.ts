/** Operations on pools and nodes. Part of the route table in `routes.ts`. */
import { z } from 'zod';
import * as requests from './requests.js';
import type { Route } from './route.js';
import * as views from './views.js';

/** Routes about pools and nodes. */
export const fleetRoutes = {
  listPools: {
    method: 'GET',
    path: '/api/v1/pools',
    operationId: 'listPools',
    summary: 'List pools',
    tag: 'Fleet',
    scope: 'viewer',
    bucket: 'read',
    response: z.object({ data: z.array(views.poolViewSchema) }),
    errors: [],
  },
  createPool: {
    method: 'POST',
    path: '/api/v1/pools',
    operationId: 'createPool',
    summary: 'Create a pool',
    tag: 'Fleet',
    scope: 'admin',
    bucket: 'write',
    body: requests.createPoolBody,
    status: 201,
    response: views.poolViewSchema,
    idempotent: true,
    errors: ['pool/exists'],
  },
  getPool: {
    method: 'GET',
    path: '/api/v1/pools/{poolId}',
    operationId: 'getPool',
    summary: 'Read a pool',
    tag: 'Fleet',
    scope: 'viewer',
    bucket: 'read',
    params: requests.poolParams,
    response: views.poolViewSchema,
    errors: ['pool/not-found'],
  },
  changePool: {
    method: 'PATCH',
    path: '/api/v1/pools/{poolId}',
    operationId: 'changePool',
    summary: 'Change a pool; a new price is in force from now on',
    tag: 'Fleet',
    scope: 'admin',
    bucket: 'write',
    params: requests.poolParams,
    body: requests.changePoolBody,
    accepts: ['application/json', 'application/merge-patch+json'],
    response: views.poolViewSchema,
    ifMatch: 'required',
    errors: ['pool/not-found'],
  },
  getPoolQueue: {
    method: 'GET',
    path: '/api/v1/pools/{poolId}/queue',
    operationId: 'getPoolQueue',
    summary: 'List what waits in a pool and why',
    tag: 'Fleet',
    scope: 'viewer',
    bucket: 'read',
    params: requests.poolParams,
    response: z.object({ data: z.array(views.queueEntrySchema) }),
    errors: ['pool/not-found'],
  },
  listNodes: {
    method: 'GET',
    path: '/api/v1/nodes',
    operationId: 'listNodes',
    summary: 'List nodes with their slots',
    tag: 'Fleet',
    scope: 'viewer',
    bucket: 'read',
    response: z.object({ data: z.array(views.nodeViewSchema) }),
    errors: [],
  },
  drainNode: nodeRoute('drain', 'Give a node no new trials; the running ones go on'),
  undrainNode: nodeRoute('undrain', 'Take a drained node back into service'),
} as const satisfies Record<string, Route>;

function nodeRoute<const A extends 'drain' | 'undrain'>(action: A, summary: string) {
  return {
    method: 'POST',
    path: `/api/v1/nodes/{nodeId}:${action}`,
    operationId: `${action}Node`,
    summary,
    tag: 'Fleet',
    scope: 'admin',
    bucket: 'write',
    params: requests.nodeParams,
    response: views.nodeViewSchema,
    errors: ['node/not-found'],
  } as const;
}
