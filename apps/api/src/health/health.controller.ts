/** Health for load balancers and supervisors, counters for Prometheus, and who the caller is. */
import { Controller, Res } from '@nestjs/common';
import type { CallerView, Health } from '@swath/contracts';
import type { Principal } from '@swath/lifecycle';
import { Database } from '@swath/persistence';
import { Caller, Operation } from '../http/operation.js';
import type { ApiReply } from '../http/request.js';
import { OpenRequests } from '../events/open-requests.js';
import { RequestMetrics } from './request-metrics.js';

/** Routes of the server itself. */
@Controller()
export class HealthController {
  constructor(
    private readonly db: Database,
    private readonly open: OpenRequests,
    private readonly metrics: RequestMetrics,
  ) {}

  @Operation('getHealth')
  health(): Health {
    return { status: 'ok' };
  }

  @Operation('getHealthAlias')
  healthAlias(): Health {
    return this.health();
  }

  @Operation('getReadiness')
  async readiness(@Res({ passthrough: true }) reply: ApiReply): Promise<Health> {
    const database = await this.db.query('SELECT 1 AS one').then(
      () => 'ok',
      () => 'unreachable',
    );
    const server = this.open.isStopping ? 'stopping' : 'ok';
    const isReady = database === 'ok' && server === 'ok';
    void reply.status(isReady ? 200 : 503);
    return { status: isReady ? 'ok' : 'unavailable', checks: { database, server } };
  }

  @Operation('getReadinessAlias')
  async readinessAlias(@Res({ passthrough: true }) reply: ApiReply): Promise<Health> {
    return this.readiness(reply);
  }

  @Operation('getServerMetrics')
  async serverMetrics(@Res() reply: ApiReply): Promise<void> {
    const text = await this.metrics.text();
    await reply.header('content-type', this.metrics.contentType).send(text);
  }

  @Operation('getCaller')
  caller(@Caller() caller: Principal): CallerView {
    return {
      kind: caller.kind,
      id: caller.id,
      orgId: caller.orgId,
      projectId: 'projectId' in caller ? caller.projectId : null,
      role: 'role' in caller ? caller.role : caller.kind,
    };
  }
}
