/**
 * The shape of an entry of the route table. Request validation, the OpenAPI document and the typed client all read the same
 * entry, so they cannot disagree.
 */
import type { z } from 'zod';
import type { ErrorCode } from '../errors.js';

/** Who may call a route. People and services by role, each role including those before it. */
export type RouteScope = 'public' | 'viewer' | 'member' | 'budget_owner' | 'admin' | 'agent' | 'attempt';

/** Which limit on requests counts a call. */
export type RateBucket = 'read' | 'write' | 'agent' | 'ingest' | 'none';

/** One operation of the API. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Absolute, parameters in braces: `/api/v1/sweeps/{sweepId}:pause`. */
  readonly path: string;
  readonly operationId: string;
  /** One line, imperative. */
  readonly summary: string;
  /** Group in the documentation. */
  readonly tag: string;
  readonly scope: RouteScope;
  readonly bucket: RateBucket;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Content types of the body; default `application/json`. */
  readonly accepts?: readonly string[];
  /** Status of success; default 200. */
  readonly status?: 200 | 201 | 204;
  /** Schema of a JSON answer; absent for 204 and for streams and pages. */
  readonly response?: z.ZodType;
  /** Content type of an answer that is not JSON. */
  readonly produces?: string;
  /** Whether the caller must send an Idempotency-Key. */
  readonly idempotent?: boolean;
  /** Whether a change names the version it was decided on by If-Match: it must, or it may. */
  readonly ifMatch?: 'required' | 'optional';
  /** Errors of its own; those every route can give are added by the documentation. */
  readonly errors: readonly ErrorCode[];
}
