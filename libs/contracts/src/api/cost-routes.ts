/** Operations on costs and usage records. Part of the route table in `routes.ts`. */
import { z } from 'zod';
import { outcomeClasses } from '../trial-state.js';
import { pageQuery } from './requests.js';
import type { Route } from './route.js';
import { moneySchema, pageOf } from './views.js';

const id = z.string().min(1).max(128);
const period = {
  from: z.iso.date().optional().describe('First day (UTC).'),
  to: z.iso.date().optional().describe('The day after the last one.'),
  project: id.optional(),
};
const outcomeClass = z.enum(outcomeClasses);
const decimal = z.string().regex(/^\d+\.\d{6}$/);

/** What costs can be summed by. */
export const costDimensions = ['day', 'project', 'sweep', 'pool', 'class', 'principal'] as const;

const costSummarySchema = z
  .object({
    rows: z.array(
      z.object({
        /** Values of the dimensions asked for. */
        group: z.record(z.string(), z.string()),
        /** Null for pools without a price. */
        cost: moneySchema.nullable(),
        gpuSeconds: decimal,
        /** Leases that began in the group. */
        attempts: z.number().int().min(0),
      }),
    ),
    /** Sums of `rows`, one for each currency; amounts of different currencies are never added. */
    totals: z.array(moneySchema),
  })
  .meta({ id: 'CostSummary' });

const usageRecordSchema = z
  .object({
    leaseId: z.string(),
    teamId: z.string(),
    projectId: z.string(),
    sweepId: z.string(),
    trialId: z.string(),
    attempt: z.number().int().min(1),
    poolId: z.string(),
    nodeId: z.string(),
    priceVersionId: z.string().nullable(),
    class: z.string(),
    cost: moneySchema.nullable(),
    gpuSeconds: decimal,
    from: z.iso.datetime(),
    to: z.iso.datetime(),
  })
  .meta({ id: 'UsageRecord' });

/** Routes about costs. */
export const costRoutes = {
  queryCosts: {
    method: 'POST',
    path: '/api/v1/costs:query',
    operationId: 'queryCosts',
    summary:
      'Sum costs by day, project, sweep, pool, class or principal; also as text/csv and application/x-ndjson',
    tag: 'Money',
    scope: 'viewer',
    bucket: 'read',
    body: z.strictObject({
      by: z.array(z.enum(costDimensions)).min(1).max(3),
      ...period,
      sweep: id.optional(),
      pool: id.optional(),
      class: outcomeClass.optional(),
    }),
    response: costSummarySchema,
    errors: ['project/not-found'],
  },
  listUsageRecords: {
    method: 'GET',
    path: '/api/v1/usage-records',
    operationId: 'listUsageRecords',
    summary: 'List usage records by their end; also as text/csv and application/x-ndjson',
    tag: 'Money',
    scope: 'viewer',
    bucket: 'read',
    query: pageQuery.extend({
      ...period,
      sweep: id.optional(),
      pool: id.optional(),
      class: outcomeClass.optional(),
    }),
    response: pageOf(usageRecordSchema),
    errors: ['project/not-found'],
  },
  exportFocus: {
    method: 'GET',
    path: '/api/v1/costs/focus',
    operationId: 'exportFocus',
    summary: 'Export charges in the FOCUS 1.2 format',
    tag: 'Money',
    scope: 'viewer',
    bucket: 'read',
    query: z.strictObject(period),
    produces: 'text/csv',
    errors: ['project/not-found'],
  },
} as const satisfies Record<string, Route>;

/** Sums of costs. */
export type CostSummary = z.infer<typeof costSummarySchema>;
/** What one lease used. */
export type UsageRecordView = z.infer<typeof usageRecordSchema>;
