/** Budgets: list, open, change, and what moved in one; and the check of the whole ledger. */
import { Controller, Req, Res } from '@nestjs/common';
import { DomainError } from '@swath/contracts';
import type { BudgetDetail, RouteInput, RouteReply } from '@swath/contracts';
import {
  changeBudgetLimit,
  createBudget,
  listBudgetEntries,
  listBudgets,
  readBudget,
  readBudgetVersions,
  verifyLedger,
} from '@swath/lifecycle';
import type { BudgetSummary, Principal } from '@swath/lifecycle';
import { Database } from '@swath/persistence';
import { Access } from '../http/access.js';
import type { Person } from '../http/access.js';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { answerWithVersion, withVersion } from '../http/etag.js';
import { Idempotency } from '../http/idempotency.js';
import { Caller, Input, Operation } from '../http/operation.js';
import { ExpectedVersion } from '../http/precondition.js';
import type { ApiReply, ApiRequest } from '../http/request.js';
import { ledgerAmount, toBudgetDetail, toBudgetEntry, toBudgetView } from './budget.mapper.js';

const SHOWN_VERSIONS = 100;

/** Routes of budgets and the ledger. */
@Controller()
export class BudgetsController {
  constructor(
    private readonly db: Database,
    private readonly access: Access,
    private readonly idempotency: Idempotency,
  ) {}

  @Operation('listBudgets')
  async list(
    @Input() { query }: RouteInput<'listBudgets'>,
    @Caller() caller: Principal,
  ): Promise<RouteReply<'listBudgets'>> {
    const { orgId, projectId } = this.access.person(caller);
    const filter = query.sweep === undefined ? {} : { sweepId: query.sweep };
    return { data: (await listBudgets(this.db, { orgId, projectId, ...filter })).map(toBudgetView) };
  }

  @Operation('createBudget')
  async create(
    @Input() { body }: RouteInput<'createBudget'>,
    @Caller() caller: Principal,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<BudgetDetail> {
    const person = this.access.person(caller);
    const { scope, limit, ...rest } = body;
    checkMayChange(person, { scopeKind: scope.kind, projectId: scope.kind === 'project' ? scope.id : null });
    const call = { request, reply, caller, operationId: 'createBudget' };
    const budget = {
      ...{ ...rest, orgId: person.orgId, actor: person.id, limit: ledgerAmount(limit) },
      ...{ scopeKind: scope.kind, scopeId: scope.id },
    };
    const { id } = await this.idempotency.inTransaction(call, async (tx) => ({
      id: await createBudget(tx, budget),
    }));
    return this.detail(person, id);
  }

  @Operation('getBudget')
  async get(
    @Input() { params }: RouteInput<'getBudget'>,
    @Caller() caller: Principal,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<BudgetDetail | undefined> {
    const budget = await this.detail(this.access.person(caller), params.budgetId);
    return answerWithVersion(request, reply, budget);
  }

  @Operation('changeBudget')
  async change(
    @Input() { params, body }: RouteInput<'changeBudget'>,
    @Caller() caller: Principal,
    @ExpectedVersion() expected: number | undefined,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<BudgetDetail> {
    const person = this.access.person(caller);
    const budget = await this.read(person, params.budgetId);
    checkMayChange(person, budget);
    if (budget.scopeKind === 'sweep') {
      throw new DomainError('auth/forbidden', 'the limits of a sweep are changed at the sweep itself');
    }
    const version = expected ?? body.version;
    await changeBudgetLimit(this.db, {
      ...{ orgId: person.orgId, budgetId: budget.id, actor: person.id },
      ...{ limit: ledgerAmount(body.limit), reason: body.reason },
      ...(version === undefined ? {} : { version }),
    });
    return withVersion(reply, await this.detail(person, budget.id));
  }

  @Operation('listBudgetEntries')
  async entries(
    @Input() { params, query }: RouteInput<'listBudgetEntries'>,
    @Caller() caller: Principal,
  ): Promise<RouteReply<'listBudgetEntries'>> {
    const { id, unit } = await this.read(this.access.person(caller), params.budgetId);
    const before = query.cursor === undefined ? null : seqOf(decodeCursor(query.cursor, 1)[0]);
    const rows = await listBudgetEntries(this.db, { budgetId: id, before, limit: query.limit + 1 });
    const page = rows.slice(0, query.limit);
    const last = rows.length > query.limit ? page.at(-1) : undefined;
    return {
      data: page.map((row) => toBudgetEntry(unit, row)),
      nextCursor: last === undefined ? null : encodeCursor([last.seq.toString()]),
    };
  }

  @Operation('verifyLedger')
  async verify(@Caller() caller: Principal): Promise<RouteReply<'verifyLedger'>> {
    const { checked, findings } = await verifyLedger(this.db, caller.orgId);
    return { checked, findings: findings.map((finding) => ({ ...finding })) };
  }

  private read({ orgId, projectId }: Person, budgetId: string): Promise<BudgetSummary> {
    return readBudget(this.db, { budgetId, orgId, projectId });
  }

  private async detail(person: Person, budgetId: string): Promise<BudgetDetail> {
    const budget = await this.read(person, budgetId);
    return toBudgetDetail(budget, await readBudgetVersions(this.db, budget.id, SHOWN_VERSIONS));
  }
}

/** A budget owner changes the budgets of the own project; those of a team or organisation need an admin. */
function checkMayChange(person: Person, budget: Pick<BudgetSummary, 'scopeKind' | 'projectId'>): void {
  const { scopeKind, projectId } = budget;
  if (projectId === null) {
    if (person.role === 'admin') return;
    throw new DomainError('auth/forbidden', `a budget of the ${scopeKind} is set with role admin`);
  }
  if (person.projectId === null || person.projectId === projectId) return;
  throw new DomainError('budget/scope-not-found', `there is no project ${projectId}`);
}

function seqOf(part: string | number | undefined): bigint {
  if (typeof part === 'string' && /^\d{1,18}$/.test(part)) return BigInt(part);
  throw new DomainError('request/invalid', 'the cursor is not one of this list');
}
