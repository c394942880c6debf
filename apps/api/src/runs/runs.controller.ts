/** Runs: what was recorded, its metrics, and logging by plain HTTP from a script that knows its attempt's token. */
import { Controller, Req } from '@nestjs/common';
import { DomainError } from '@swath/contracts';
import type { MetricReply, MetricsPage, RouteInput, RunView } from '@swath/contracts';
import { readMetrics, recordMetrics } from '@swath/lifecycle';
import type { Principal } from '@swath/lifecycle';
import { Database } from '@swath/persistence';
import { Access } from '../http/access.js';
import { Caller, Input, Operation } from '../http/operation.js';
import type { ApiRequest } from '../http/request.js';
import { readRows } from './ndjson.js';
import { toMetricRow, toRunView } from './run.mapper.js';
import type { RunRow } from './run.mapper.js';

/** Routes of runs. */
@Controller()
export class RunsController {
  constructor(
    private readonly db: Database,
    private readonly access: Access,
  ) {}

  @Operation('getRun')
  async get(@Input() { params }: RouteInput<'getRun'>, @Caller() caller: Principal): Promise<RunView> {
    return toRunView(await this.readRun(caller, params.runId));
  }

  @Operation('getRunMetrics')
  async metrics(
    @Input() { params, query }: RouteInput<'getRunMetrics'>,
    @Caller() caller: Principal,
  ): Promise<MetricsPage> {
    const run = await this.readRun(caller, params.runId);
    const metrics = query.keys?.split(',').filter((key) => key !== '');
    const points = await readMetrics(this.db, {
      runId: run.id,
      fromRow: query.from,
      limit: query.limit,
      ...(metrics === undefined ? {} : { metrics }),
    });
    const [keys] = await this.db.query<{ keys: string[] | null }>(
      'SELECT array_agg(DISTINCT m ORDER BY m) AS keys FROM metric_chunk, unnest(metrics) m WHERE run_id = $1',
      [run.id],
    );
    const last = points.length < query.limit ? undefined : points.at(-1);
    return {
      runId: run.id,
      keys: keys?.keys ?? [],
      rows: points.map(toMetricRow),
      next: last === undefined ? null : last.row + 1,
    };
  }

  @Operation('appendRunMetrics')
  async append(
    @Input() { params, query }: RouteInput<'appendRunMetrics'>,
    @Caller() caller: Principal,
    @Req() request: ApiRequest,
  ): Promise<MetricReply> {
    await this.access.writableRun(caller, params.runId);
    if (caller.kind !== 'attempt') {
      throw new DomainError('auth/forbidden', 'this address needs the token of an attempt (SWATH_TOKEN)');
    }
    const { writer: stream, seq } = query;
    const batch = { attempt: caller.attempt, stream, seq, rows: readRows(request.body) };
    return recordMetrics(this.db, { runId: params.runId, batch });
  }

  private async readRun(caller: Principal, runId: string): Promise<RunRow> {
    const projectId = 'projectId' in caller ? caller.projectId : null;
    const [row] = await this.db.query<RunRow>(
      `SELECT r.id, r.project_id, r.name, r.display_name, r.state, t.id AS trial_id, t.sweep_id, r.config, r.summary, r.tags,
         r.notes, r.row_count, r.created_at, r.updated_at, r.ended_at
       FROM run r LEFT JOIN trial t ON t.run_id = r.id
       WHERE r.id = $1 AND r.org_id = $2 AND ($3::text IS NULL OR r.project_id = $3)`,
      [runId, caller.orgId, projectId],
    );
    if (row === undefined) throw new DomainError('run/not-found', `there is no run ${runId}`);
    return row;
  }
}
