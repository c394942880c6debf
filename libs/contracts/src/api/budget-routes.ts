/** Operations on budgets and the ledger. Part of the route table in `routes.ts`. */
import { z } from 'zod';
import { pageQuery } from './requests.js';
import type { Route } from './route.js';
import { pageOf } from './views.js';

const id = z.string().min(1).max(128);
const amount = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,6})?$/)
  .describe('Decimal number: currency units for money, GPU seconds for gpu_time.');
const shownAmount = z.string().regex(/^-?\d+(\.\d{6})?$/);
const unit = z.string().regex(/^(money:[A-Z]{3}|gpu_time)$/);
const reason = z.string().trim().min(1).max(500).describe('Why; kept with the version for ever.');

const budgetParams = z.strictObject({ budgetId: id });

const budgetViewSchema = z
  .object({
    id: z.string(),
    scope: z.object({
      kind: z.enum(['org', 'team', 'project', 'sweep']),
      id: z.string(),
      name: z.string(),
    }),
    /** `money:<currency>`, `gpu_time` or `trials`: what the amounts count, in currency units, GPU seconds or trials. */
    unit: z.string(),
    mode: z.enum(['HARD', 'SOFT', 'MONITOR']),
    limit: shownAmount,
    spent: shownAmount,
    /** Reserved for running leases. */
    held: shownAmount,
    available: shownAmount,
    /** Held or spent beyond a limit that was lowered; given back as trials end, and nothing more starts before. */
    pendingCut: shownAmount,
    onExhaust: z.enum(['stop_new', 'drain', 'kill']),
    /** Spent beyond the limit; 0 while every agent keeps its deadlines. */
    overdraft: shownAmount,
    version: z.number().int().min(1),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Budget' });

const budgetDetailSchema = budgetViewSchema
  .extend({
    /** Newest first, at most 100. */
    versions: z.array(
      z.object({
        version: z.number().int().min(1),
        limit: shownAmount,
        actor: z.string(),
        reason: z.string(),
        at: z.iso.datetime(),
      }),
    ),
  })
  .meta({ id: 'BudgetDetail' });

const budgetEntrySchema = z
  .object({
    /** Position in the ledger. */
    seq: z.string(),
    kind: z.string(),
    at: z.iso.datetime(),
    leaseId: z.string().nullable(),
    actor: z.string().nullable(),
    reason: z.string().nullable(),
    transfers: z.array(z.object({ from: z.string(), to: z.string(), amount: shownAmount })),
  })
  .meta({ id: 'BudgetEntry' });

const ledgerCheckSchema = z
  .object({
    checked: z.object({
      accounts: z.number().int(),
      transactions: z.number().int(),
      leases: z.number().int(),
      usageRecords: z.number().int(),
    }),
    /** Breaches, at most 100 of each rule; none when the books agree. */
    findings: z.array(
      z.object({ rule: z.string(), subject: z.string(), expected: z.string(), found: z.string() }),
    ),
  })
  .meta({ id: 'LedgerCheck' });

/** Routes about budgets. */
export const budgetRoutes = {
  listBudgets: {
    method: 'GET',
    path: '/api/v1/budgets',
    operationId: 'listBudgets',
    summary: 'List budgets with what is spent, held and left',
    tag: 'Money',
    scope: 'viewer',
    bucket: 'read',
    query: z.strictObject({ sweep: id.optional().describe('List the budgets of this sweep instead.') }),
    response: z.object({ data: z.array(budgetViewSchema) }),
    errors: [],
  },
  createBudget: {
    method: 'POST',
    path: '/api/v1/budgets',
    operationId: 'createBudget',
    summary: 'Open a budget on an organisation, team or project',
    tag: 'Money',
    scope: 'budget_owner',
    bucket: 'write',
    body: z.strictObject({
      scope: z.strictObject({ kind: z.enum(['org', 'team', 'project']), id }),
      unit,
      limit: amount,
      /** HARD refuses leases that do not fit; SOFT and MONITOR only count. */
      mode: z.enum(['HARD', 'SOFT', 'MONITOR']).default('HARD'),
      /** When less is left than running trials hold: let them run to the end of what is held for them, or stop them. */
      onExhaust: z.enum(['stop_new', 'kill']).default('stop_new'),
      reason,
    }),
    status: 201,
    response: budgetDetailSchema,
    idempotent: true,
    errors: ['budget/exists', 'budget/scope-not-found'],
  },
  getBudget: {
    method: 'GET',
    path: '/api/v1/budgets/{budgetId}',
    operationId: 'getBudget',
    summary: 'Read a budget and its versions',
    tag: 'Money',
    scope: 'viewer',
    bucket: 'read',
    params: budgetParams,
    response: budgetDetailSchema,
    errors: ['budget/not-found'],
  },
  changeBudget: {
    method: 'PATCH',
    path: '/api/v1/budgets/{budgetId}',
    operationId: 'changeBudget',
    summary: 'Change the limit of a budget',
    tag: 'Money',
    scope: 'budget_owner',
    bucket: 'write',
    params: budgetParams,
    body: z.strictObject({
      limit: amount,
      reason,
      version: z.number().int().min(1).optional().describe('Refuse when the budget is at another version.'),
    }),
    accepts: ['application/json', 'application/merge-patch+json'],
    response: budgetDetailSchema,
    ifMatch: 'required',
    errors: ['budget/not-found'],
  },
  listBudgetEntries: {
    method: 'GET',
    path: '/api/v1/budgets/{budgetId}/entries',
    operationId: 'listBudgetEntries',
    summary: 'List what moved in a budget, newest first',
    tag: 'Money',
    scope: 'viewer',
    bucket: 'read',
    params: budgetParams,
    query: pageQuery,
    response: pageOf(budgetEntrySchema),
    errors: ['budget/not-found'],
  },
  verifyLedger: {
    method: 'GET',
    path: '/api/v1/ledger/verification',
    operationId: 'verifyLedger',
    summary: 'Check that balances, transfers, holds and usage records agree',
    tag: 'Money',
    scope: 'admin',
    bucket: 'read',
    response: ledgerCheckSchema,
    errors: [],
  },
} as const satisfies Record<string, Route>;

/** A budget with its balances. */
export type BudgetView = z.infer<typeof budgetViewSchema>;
/** A budget with its versions. */
export type BudgetDetail = z.infer<typeof budgetDetailSchema>;
/** A ledger transaction as a budget sees it. */
export type BudgetEntryView = z.infer<typeof budgetEntrySchema>;
/** What a check of the ledger found. */
export type LedgerCheck = z.infer<typeof ledgerCheckSchema>;
