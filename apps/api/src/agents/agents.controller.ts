/** The agents' gateway: `/agent/v1`. Each handler checks reach and calls one function of the lifecycle. */
import { Controller, Req, Res } from '@nestjs/common';
import { DomainError } from '@swath/contracts';
import type {
  CompleteReply,
  HeartbeatReply,
  LeaseCommand,
  LeasePollReply,
  LogReply,
  MetricReply,
  NodeRegistered,
  RouteInput,
  StartReply,
} from '@swath/contracts';
import {
  completeLease,
  leaseNode,
  pendingCommands,
  recordLogs,
  recordMetrics,
  registerNode,
  releaseLease,
  renewLeases,
  setNodeState,
  startLease,
} from '@swath/lifecycle';
import type { Principal } from '@swath/lifecycle';
import { Database } from '@swath/persistence';
import { EventStream, KEEP_ALIVE_MS } from '../events/event-stream.js';
import { OpenRequests } from '../events/open-requests.js';
import { WakeUps } from '../events/wake-ups.js';
import type { Subscription } from '../events/wake-ups.js';
import { Access } from '../http/access.js';
import { Caller, Input, Operation } from '../http/operation.js';
import { disconnectSignal } from '../http/request.js';
import type { ApiReply, ApiRequest } from '../http/request.js';
import { LeaseWaiters } from './lease-waiters.js';

/** Routes of agents. */
@Controller()
export class AgentsController {
  constructor(
    private readonly db: Database,
    private readonly access: Access,
    private readonly waiters: LeaseWaiters,
    private readonly wakeUps: WakeUps,
    private readonly open: OpenRequests,
  ) {}

  @Operation('registerNode')
  async register(
    @Input() { body }: RouteInput<'registerNode'>,
    @Caller() caller: Principal,
  ): Promise<NodeRegistered> {
    const poolName = caller.kind === 'agent' ? caller.poolName : null;
    return registerNode(this.db, { orgId: caller.orgId, poolName, node: body });
  }

  @Operation('pollLeases')
  async poll(
    @Input() { params, body }: RouteInput<'pollLeases'>,
    @Caller() caller: Principal,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<LeasePollReply> {
    const poolId = await this.access.node(caller, params.nodeId);
    const signal = this.open.signal(disconnectSignal(request, reply));
    return this.waiters.wait({ nodeId: params.nodeId, poolId, poll: body, signal });
  }

  @Operation('heartbeat')
  async heartbeat(
    @Input() { params, body }: RouteInput<'heartbeat'>,
    @Caller() caller: Principal,
  ): Promise<HeartbeatReply> {
    await this.access.node(caller, params.nodeId);
    return renewLeases(this.db, params.nodeId, body);
  }

  @Operation('completeLease')
  async complete(
    @Input() { params, body }: RouteInput<'completeLease'>,
    @Caller() caller: Principal,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<CompleteReply> {
    const { leaseId } = params;
    const nodeId = await leaseNode(this.db, leaseId);
    const poolId = await this.access.node(caller, nodeId);
    const done = await completeLease(this.db, { nodeId, leaseId, body });
    if (body.poll === undefined) return done;
    const signal = this.open.signal(disconnectSignal(request, reply));
    return { ...done, next: await this.waiters.wait({ nodeId, poolId, poll: body.poll, signal }) };
  }

  @Operation('startLease')
  async start(
    @Input() { params, body }: RouteInput<'startLease'>,
    @Caller() caller: Principal,
  ): Promise<StartReply> {
    const nodeId = await leaseNode(this.db, params.leaseId);
    await this.access.node(caller, nodeId);
    return startLease(this.db, { nodeId, leaseId: params.leaseId, body });
  }

  @Operation('releaseLease')
  async release(
    @Input() { params, body }: RouteInput<'releaseLease'>,
    @Caller() caller: Principal,
  ): Promise<void> {
    const nodeId = await leaseNode(this.db, params.leaseId);
    await this.access.node(caller, nodeId);
    await releaseLease(this.db, { nodeId, leaseId: params.leaseId, attempt: body.attempt });
  }

  @Operation('leaveNode')
  async leave(@Input() { params }: RouteInput<'leaveNode'>, @Caller() caller: Principal): Promise<void> {
    await this.access.node(caller, params.nodeId);
    await setNodeState(this.db, params.nodeId, 'offline');
  }

  @Operation('recordMetrics')
  async metrics(
    @Input() { params, body }: RouteInput<'recordMetrics'>,
    @Caller() caller: Principal,
  ): Promise<MetricReply> {
    await this.access.writableRun(caller, params.runId);
    checkFence(caller, body.attempt);
    return recordMetrics(this.db, { runId: params.runId, batch: body });
  }

  @Operation('recordLogs')
  async logs(
    @Input() { params, body }: RouteInput<'recordLogs'>,
    @Caller() caller: Principal,
  ): Promise<LogReply> {
    await this.access.writableRun(caller, params.runId);
    checkFence(caller, body.attempt);
    return recordLogs(this.db, { runId: params.runId, batch: body });
  }

  @Operation('streamCommands')
  async commands(
    @Input() { params }: RouteInput<'streamCommands'>,
    @Caller() caller: Principal,
    @Req() request: ApiRequest,
    @Res() reply: ApiReply,
  ): Promise<void> {
    await this.access.node(caller, params.nodeId);
    const subscription = this.wakeUps.subscribe('swath_lease', params.nodeId);
    try {
      const signal = this.open.signal(disconnectSignal(request, reply));
      const stream = new EventStream(reply, signal);
      stream.open(request.id);
      await this.followCommands(params.nodeId, { stream, subscription, signal });
      stream.end();
    } finally {
      subscription.close();
    }
  }

  /** Sends each pending command once; what is no longer pending may come again. */
  private async followCommands(
    nodeId: string,
    {
      stream,
      subscription,
      signal,
    }: { stream: EventStream; subscription: Subscription; signal: AbortSignal },
  ): Promise<void> {
    let sent = new Set<string>();
    while (!signal.aborted) {
      const pending = new Map<string, LeaseCommand>();
      for (const command of await pendingCommands(this.db, nodeId))
        pending.set(JSON.stringify(command), command);
      for (const [key, command] of pending)
        if (!sent.has(key)) await stream.send({ event: 'command', data: command });
      sent = new Set(pending.keys());
      const woken = await subscription.wait(KEEP_ALIVE_MS, signal);
      if (woken === 'timeout') await stream.comment('keep-alive');
    }
  }
}

/** An attempt writes only under its own number. */
function checkFence(caller: Principal, attempt: number): void {
  if (caller.kind !== 'attempt' || caller.attempt === attempt) return;
  throw new DomainError('lease/fenced', `this token is of attempt ${caller.attempt}, not ${attempt}`);
}
