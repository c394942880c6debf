/** Nodes: list, drain and take back into service. */
import { Controller } from '@nestjs/common';
import { DomainError } from '@swath/contracts';
import type { NodeView, RouteInput, RouteReply } from '@swath/contracts';
import { listNodes, setNodeState } from '@swath/lifecycle';
import type { Principal } from '@swath/lifecycle';
import { Database } from '@swath/persistence';
import { Caller, Input, Operation } from '../http/operation.js';
import { toNodeView } from '../pools/fleet.mapper.js';

/** Routes of nodes. */
@Controller()
export class NodesController {
  constructor(private readonly db: Database) {}

  @Operation('listNodes')
  async list(@Caller() caller: Principal): Promise<RouteReply<'listNodes'>> {
    return { data: (await listNodes(this.db, caller.orgId)).map(toNodeView) };
  }

  @Operation('drainNode')
  async drain(@Input() { params }: RouteInput<'drainNode'>, @Caller() caller: Principal): Promise<NodeView> {
    return this.move(caller, params.nodeId, 'draining');
  }

  @Operation('undrainNode')
  async undrain(
    @Input() { params }: RouteInput<'undrainNode'>,
    @Caller() caller: Principal,
  ): Promise<NodeView> {
    return this.move(caller, params.nodeId, 'online');
  }

  private async move(caller: Principal, nodeId: string, state: 'draining' | 'online'): Promise<NodeView> {
    await this.find(caller, nodeId);
    await setNodeState(this.db, nodeId, state);
    return this.find(caller, nodeId);
  }

  private async find(caller: Principal, nodeId: string): Promise<NodeView> {
    const node = (await listNodes(this.db, caller.orgId)).find(({ id }) => id === nodeId);
    if (node === undefined) throw new DomainError('node/not-found', `there is no node ${nodeId}`);
    return toNodeView(node);
  }
}
