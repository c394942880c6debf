/** Sweeps: plan, submit, list, read and control. Each handler checks reach, calls the lifecycle and answers a view. */
import { Controller, Req, Res } from '@nestjs/common';
import { routes, sweepFilterFields } from '@swath/contracts';
import type { Plan, RouteInput, RouteReply, Submitted, SweepDetail, SweepView } from '@swath/contracts';
import {
  changeLimits,
  controlSweep,
  enqueuePoint,
  listSweeps,
  readSpec,
  readSpecs,
  requeueFailed,
  resizeSweep,
  submitSweepIn,
} from '@swath/lifecycle';
import type { ControlAction, Principal, SweepSummary } from '@swath/lifecycle';
import { Database } from '@swath/persistence';
import { Access } from '../http/access.js';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { answerWithVersion, withVersion } from '../http/etag.js';
import { Idempotency } from '../http/idempotency.js';
import { Caller, Input, Operation } from '../http/operation.js';
import { ExpectedVersion, expectedVersion } from '../http/precondition.js';
import type { ApiReply, ApiRequest } from '../http/request.js';
import { filterTerms } from '../http/filter.js';
import { checkPoint } from './check-point.js';
import { planOf } from './plan.js';
import { readSubmittedSpec } from './read-spec.js';
import { toSweepView, toTrialView } from './sweep.mapper.js';

/** Routes of sweeps. */
@Controller()
export class SweepsController {
  constructor(
    private readonly db: Database,
    private readonly access: Access,
    private readonly idempotency: Idempotency,
  ) {}

  @Operation('planSweep')
  async plan(
    @Input() { body }: RouteInput<'planSweep'>,
    @Caller() caller: Principal,
    @Req() request: ApiRequest,
  ): Promise<Plan> {
    const projectId = await this.access.project(caller, body.project);
    return planOf(this.db, { caller, projectId }, readSubmittedSpec(body, request));
  }

  @Operation('createSweep')
  async create(
    @Input() { body }: RouteInput<'createSweep'>,
    @Caller() caller: Principal,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<Submitted> {
    const projectId = await this.access.project(caller, body.project);
    const { warnings, ...accepted } = readSubmittedSpec(body, request);
    const call = { request, reply, caller, operationId: 'createSweep' };
    const submitted = await this.idempotency.inTransaction(call, (tx) =>
      submitSweepIn(tx, { projectId, principalId: caller.id, ...accepted }),
    );
    const sweep = toSweepView(await this.access.sweep(caller, submitted.sweepId));
    void reply.header('location', `/api/v1/sweeps/${sweep.id}`);
    const more = submitted.warnings.map((detail) => ({ pointer: '/budget', code: 'spec/bounded', detail }));
    return { sweep, warnings: [...warnings, ...more] };
  }

  @Operation('listSweeps')
  async list(
    @Input() { query }: RouteInput<'listSweeps'>,
    @Caller() caller: Principal,
  ): Promise<RouteReply<'listSweeps'>> {
    const projectId = await this.access.project(caller, query.project);
    const rows = await listSweeps(this.db, {
      projectId,
      limit: query.limit + 1,
      terms: filterTerms(query.q, sweepFilterFields, caller.id),
      ...(query.state === undefined ? {} : { states: query.state }),
      ...(query.cursor === undefined ? {} : { before: beforeOf(query.cursor) }),
    });
    const page = rows.slice(0, query.limit);
    const last = rows.length > query.limit ? page.at(-1) : undefined;
    return {
      data: await this.withParts(page, query.include ?? []),
      nextCursor: last === undefined ? null : encodeCursor([last.createdAt.toISOString(), last.id]),
    };
  }

  @Operation('getSweep')
  async get(
    @Input() { params }: RouteInput<'getSweep'>,
    @Caller() caller: Principal,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<SweepDetail | undefined> {
    const sweep = await this.access.sweep(caller, params.sweepId);
    const { spec, specText } = await readSpec(this.db, sweep.id);
    return answerWithVersion(request, reply, { ...toSweepView(sweep), spec, specText });
  }

  @Operation('pauseSweep')
  async pause(
    @Input() { params }: RouteInput<'pauseSweep'>,
    @Caller() caller: Principal,
  ): Promise<SweepView> {
    return this.control(caller, params.sweepId, 'pause');
  }

  @Operation('resumeSweep')
  async resume(
    @Input() { params }: RouteInput<'resumeSweep'>,
    @Caller() caller: Principal,
  ): Promise<SweepView> {
    return this.control(caller, params.sweepId, 'resume');
  }

  @Operation('stopSweep')
  async stop(@Input() { params }: RouteInput<'stopSweep'>, @Caller() caller: Principal): Promise<SweepView> {
    return this.control(caller, params.sweepId, 'stop');
  }

  @Operation('cancelSweep')
  async cancel(
    @Input() { params }: RouteInput<'cancelSweep'>,
    @Caller() caller: Principal,
  ): Promise<SweepView> {
    return this.control(caller, params.sweepId, 'cancel');
  }

  @Operation('resizeSweep')
  async resize(
    @Input() { params, body }: RouteInput<'resizeSweep'>,
    @Caller() caller: Principal,
    @ExpectedVersion() version: number | undefined,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<SweepView> {
    const { id } = await this.access.sweep(caller, params.sweepId);
    await resizeSweep(this.db, { sweepId: id, parallel: body.parallel, actor: caller.id, version });
    return withVersion(reply, toSweepView(await this.access.sweep(caller, id)));
  }

  @Operation('extendSweep')
  async extend(
    @Input() { params, body }: RouteInput<'extendSweep'>,
    @Caller() caller: Principal,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<SweepView> {
    const version = expectedVersion(routes.extendSweep, request);
    const { id } = await this.access.sweep(caller, params.sweepId);
    return this.idempotency.around({ request, reply, caller, operationId: 'extendSweep' }, async () => {
      await changeLimits(this.db, {
        sweepId: id,
        actor: caller.id,
        version,
        ...(body.maxTrials === undefined ? {} : { maxTrials: body.maxTrials }),
        ...(body.maxCost === undefined ? {} : { maxCost: body.maxCost }),
        ...(body.maxWallClockSeconds === undefined ? {} : { maxWallClock: body.maxWallClockSeconds }),
      });
      return toSweepView(await this.access.sweep(caller, id));
    });
  }

  @Operation('enqueueTrial')
  async enqueue(
    @Input() { params, body }: RouteInput<'enqueueTrial'>,
    @Caller() caller: Principal,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<RouteReply<'enqueueTrial'>> {
    const sweep = await this.access.sweep(caller, params.sweepId);
    const parameters = checkPoint((await readSpec(this.db, sweep.id)).spec, body.parameters);
    return this.idempotency.around({ request, reply, caller, operationId: 'enqueueTrial' }, async () => {
      const trialId = await enqueuePoint(this.db, { sweepId: sweep.id, parameters, actor: caller.id });
      return toTrialView(await this.access.trial(caller, trialId), sweep.objective ?? 'value');
    });
  }

  @Operation('requeueFailedTrials')
  async requeue(
    @Input() { params }: RouteInput<'requeueFailedTrials'>,
    @Caller() caller: Principal,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<RouteReply<'requeueFailedTrials'>> {
    const { id } = await this.access.sweep(caller, params.sweepId);
    return this.idempotency.around(
      { request, reply, caller, operationId: 'requeueFailedTrials' },
      async () => ({
        requeued: await requeueFailed(this.db, { sweepId: id, actor: caller.id }),
      }),
    );
  }

  private async withParts(
    page: readonly SweepSummary[],
    include: readonly 'spec'[],
  ): Promise<RouteReply<'listSweeps'>['data']> {
    if (!include.includes('spec')) return page.map(toSweepView);
    const specs = await readSpecs(
      this.db,
      page.map(({ id }) => id),
    );
    return page.map((row) => ({ ...toSweepView(row), spec: specs.get(row.id) }));
  }

  private async control(caller: Principal, sweepId: string, action: ControlAction): Promise<SweepView> {
    const { id } = await this.access.sweep(caller, sweepId);
    await controlSweep(this.db, { sweepId: id, action, actor: caller.id });
    return toSweepView(await this.access.sweep(caller, id));
  }
}

function beforeOf(cursor: string): { createdAt: Date; id: string } {
  const [createdAt, id] = decodeCursor(cursor, 2);
  return { createdAt: new Date(String(createdAt)), id: String(id) };
}
