/** Pools: list, create, change the price, and what waits in one. */
import { Controller, Req, Res } from '@nestjs/common';
import type { PoolView, RouteInput, RouteReply } from '@swath/contracts';
import { explainQueue, listPools } from '@swath/lifecycle';
import type { Principal } from '@swath/lifecycle';
import { Database } from '@swath/persistence';
import { Access } from '../http/access.js';
import { answerWithVersion, withVersion } from '../http/etag.js';
import { Idempotency } from '../http/idempotency.js';
import { Caller, Input, Operation } from '../http/operation.js';
import { ExpectedVersion } from '../http/precondition.js';
import type { ApiReply, ApiRequest } from '../http/request.js';
import { toPoolView, toQueueEntry } from './fleet.mapper.js';
import { changePool, createPool } from './pool-changes.js';

const LONGEST_QUEUE = 500;

/** Routes of pools. */
@Controller()
export class PoolsController {
  constructor(
    private readonly db: Database,
    private readonly access: Access,
    private readonly idempotency: Idempotency,
  ) {}

  @Operation('listPools')
  async list(@Caller() caller: Principal): Promise<RouteReply<'listPools'>> {
    return { data: (await listPools(this.db, caller.orgId)).map(toPoolView) };
  }

  @Operation('createPool')
  async create(
    @Input() { body }: RouteInput<'createPool'>,
    @Caller() caller: Principal,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<PoolView> {
    const call = { request, reply, caller, operationId: 'createPool' };
    const { poolId } = await this.idempotency.inTransaction(call, (tx) => createPool(tx, caller.orgId, body));
    return toPoolView(await this.access.pool(caller, poolId));
  }

  @Operation('getPool')
  async get(
    @Input() { params }: RouteInput<'getPool'>,
    @Caller() caller: Principal,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<PoolView | undefined> {
    return answerWithVersion(request, reply, toPoolView(await this.access.pool(caller, params.poolId)));
  }

  @Operation('changePool')
  async change(
    @Input() { params, body }: RouteInput<'changePool'>,
    @Caller() caller: Principal,
    @ExpectedVersion() version: number | undefined,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<PoolView> {
    const { id } = await this.access.pool(caller, params.poolId);
    await this.db.transaction((tx) => changePool(tx, id, { ...body, actor: caller.id, version }));
    return withVersion(reply, toPoolView(await this.access.pool(caller, id)));
  }

  @Operation('getPoolQueue')
  async queue(
    @Input() { params }: RouteInput<'getPoolQueue'>,
    @Caller() caller: Principal,
  ): Promise<RouteReply<'getPoolQueue'>> {
    const { id } = await this.access.pool(caller, params.poolId);
    return { data: (await explainQueue(this.db, id, LONGEST_QUEUE)).map(toQueueEntry) };
  }
}
