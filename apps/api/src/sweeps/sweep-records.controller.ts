/** What a sweep left behind: trials, decisions, events, cost and report. */
import { Controller } from '@nestjs/common';
import { trialFilterFields } from '@swath/contracts';
import type { CostView, RouteInput, RouteReply, SweepReport } from '@swath/contracts';
import { listAttemptsOf, listDecisions, listTrials, readEvents, readReport } from '@swath/lifecycle';
import type { Principal, TrialSummary } from '@swath/lifecycle';
import { Database } from '@swath/persistence';
import { parseCursor } from '../events/events.controller.js';
import { toEventView } from '../events/event.mapper.js';
import { Access } from '../http/access.js';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { filterTerms } from '../http/filter.js';
import { Caller, Input, Operation } from '../http/operation.js';
import { toAttemptView, toDecisionView, toTrialView } from './sweep.mapper.js';

/** Routes below one sweep. */
@Controller()
export class SweepRecordsController {
  constructor(
    private readonly db: Database,
    private readonly access: Access,
  ) {}

  @Operation('listTrials')
  async trials(
    @Input() { params, query }: RouteInput<'listTrials'>,
    @Caller() caller: Principal,
  ): Promise<RouteReply<'listTrials'>> {
    const sweep = await this.access.sweep(caller, params.sweepId);
    const after = query.cursor === undefined ? 0 : Number(decodeCursor(query.cursor, 1)[0]);
    const rows = await listTrials(this.db, {
      sweepId: sweep.id,
      order: query.sort,
      after,
      limit: query.limit + 1,
      terms: filterTerms(query.q, trialFilterFields, caller.id),
      ...(query.state === undefined ? {} : { states: query.state }),
    });
    const page = rows.slice(0, query.limit);
    const last = rows.length > query.limit ? page.at(-1) : undefined;
    const next = last === undefined ? null : query.sort === 'number' ? last.number : after + page.length;
    return {
      data: await this.withParts(page, sweep.objective ?? 'value', query.include ?? []),
      nextCursor: next === null ? null : encodeCursor([next]),
    };
  }

  private async withParts(
    page: readonly TrialSummary[],
    metric: string,
    include: readonly 'attempts'[],
  ): Promise<RouteReply<'listTrials'>['data']> {
    const views = page.map((row) => toTrialView(row, metric));
    if (!include.includes('attempts')) return views;
    const attempts = await listAttemptsOf(
      this.db,
      page.map(({ id }) => id),
    );
    const listed = attempts.map(toAttemptView);
    return views.map((view) => ({
      ...view,
      attemptList: listed.filter(({ trialId }) => trialId === view.id),
    }));
  }

  @Operation('listDecisions')
  async decisions(
    @Input() { params, query }: RouteInput<'listDecisions'>,
    @Caller() caller: Principal,
  ): Promise<RouteReply<'listDecisions'>> {
    const sweep = await this.access.sweep(caller, params.sweepId);
    const after = query.cursor === undefined ? 0 : Number(decodeCursor(query.cursor, 1)[0]);
    const rows = await listDecisions(this.db, {
      sweepId: sweep.id,
      after: BigInt(after),
      limit: query.limit + 1,
    });
    const page = rows.slice(0, query.limit);
    const last = rows.length > query.limit ? page.at(-1) : undefined;
    return {
      data: page.map((row) => toDecisionView(row, sweep.objective ?? 'value')),
      nextCursor: last === undefined ? null : encodeCursor([Number(last.id)]),
    };
  }

  @Operation('listSweepEvents')
  async events(
    @Input() { params, query }: RouteInput<'listSweepEvents'>,
    @Caller() caller: Principal,
  ): Promise<RouteReply<'listSweepEvents'>> {
    const sweep = await this.access.sweep(caller, params.sweepId);
    const rows = await readEvents(this.db, {
      projectId: sweep.projectId,
      after: query.cursor === undefined ? { txid: 0n, seq: 0n } : parseCursor(query.cursor),
      topics: [`sweep:${sweep.id}`],
      limit: query.limit + 1,
    });
    const page = rows.slice(0, query.limit).map(toEventView);
    return { data: page, nextCursor: rows.length > query.limit ? (page.at(-1)?.id ?? null) : null };
  }

  @Operation('getSweepCost')
  async cost(
    @Input() { params }: RouteInput<'getSweepCost'>,
    @Caller() caller: Principal,
  ): Promise<CostView> {
    const { id } = await this.access.sweep(caller, params.sweepId);
    const { cost } = await readReport(this.db, id);
    return { total: cost.total, byClass: [...cost.byClass], budget: cost.budget };
  }

  @Operation('getSweepReport')
  async report(
    @Input() { params }: RouteInput<'getSweepReport'>,
    @Caller() caller: Principal,
  ): Promise<SweepReport> {
    const { id } = await this.access.sweep(caller, params.sweepId);
    return readReport(this.db, id);
  }
}
