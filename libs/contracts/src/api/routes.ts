/**
 * Every operation of the HTTP API, once. The server binds its controllers to these entries and checks requests with them;
 * the OpenAPI document and `@swath/api-client` are made from them.
 */
import type { z } from 'zod';
import { agentRoutes } from './agent-routes.js';
import { analysisRoutes } from './analysis-routes.js';
import { budgetRoutes } from './budget-routes.js';
import { costRoutes } from './cost-routes.js';
import { fleetRoutes } from './fleet-routes.js';
import { serverRoutes } from './server-routes.js';
import { sweepRoutes } from './sweep-routes.js';
import { trialRoutes } from './trial-routes.js';

/** The route table. */
export const routes = {
  ...sweepRoutes,
  ...analysisRoutes,
  ...trialRoutes,
  ...fleetRoutes,
  ...budgetRoutes,
  ...costRoutes,
  ...serverRoutes,
  ...agentRoutes,
} as const;

/** Name of an operation. */
export type OperationId = keyof typeof routes;

type Output<S> = S extends z.ZodType ? z.output<S> : undefined;
type Sent<S> = S extends z.ZodType ? z.input<S> : undefined;
type Part<R, K extends string> = R extends { readonly [key in K]: infer S } ? S : undefined;

/** Checked parts of a request, as a handler gets them. */
export interface RouteInput<O extends OperationId> {
  readonly params: Output<Part<(typeof routes)[O], 'params'>>;
  readonly query: Output<Part<(typeof routes)[O], 'query'>>;
  readonly body: Output<Part<(typeof routes)[O], 'body'>>;
}

/** Parts of a request as a client writes them. */
export interface RouteRequest<O extends OperationId> {
  readonly params: Sent<Part<(typeof routes)[O], 'params'>>;
  readonly query: Sent<Part<(typeof routes)[O], 'query'>>;
  readonly body: Sent<Part<(typeof routes)[O], 'body'>>;
}

/** Answer of an operation; undefined for 204, streams and pages. */
export type RouteReply<O extends OperationId> = Output<Part<(typeof routes)[O], 'response'>>;
