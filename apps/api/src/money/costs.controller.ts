/** Costs: sums by dimension, usage records, and the FOCUS export, which streams. */
import { Readable } from 'node:stream';
import { Controller, Req, Res, StreamableFile } from '@nestjs/common';
import { csvLine, formatMicros, toMoney } from '@swath/contracts';
import type { CostSummary, RouteInput, RouteReply, UsageRecordView } from '@swath/contracts';
import { exportCharges, focusColumns, listUsage, queryCosts } from '@swath/lifecycle';
import type { CostFilter, CostRow, FocusRow, Principal, UsageRow } from '@swath/lifecycle';
import { Database } from '@swath/persistence';
import { Access } from '../http/access.js';
import { decodeCursor, encodeCursor } from '../http/cursor.js';
import { Caller, Input, Operation } from '../http/operation.js';
import type { ApiReply, ApiRequest } from '../http/request.js';
import { moneyOf } from '../sweeps/sweep.mapper.js';
import { answerRecords } from './record-forms.js';

const usageColumns = [
  ...['leaseId', 'teamId', 'projectId', 'sweepId', 'trialId', 'attempt', 'poolId', 'nodeId'],
  ...['priceVersionId', 'class', 'currency', 'cost', 'gpuSeconds', 'from', 'to'],
];

interface Asked {
  readonly project?: string | undefined;
  readonly sweep?: string | undefined;
  readonly pool?: string | undefined;
  readonly class?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Routes of costs. */
@Controller()
export class CostsController {
  constructor(
    private readonly db: Database,
    private readonly access: Access,
  ) {}

  @Operation('queryCosts')
  async query(
    @Input() { body }: RouteInput<'queryCosts'>,
    @Caller() caller: Principal,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<CostSummary | string> {
    const rows = await queryCosts(this.db, await this.filter(caller, body), body.by);
    return answerRecords(request, reply, {
      answer: { rows: rows.map((row) => costRow(row, body.by)), totals: totalsOf(rows) },
      columns: [...body.by, 'currency', 'cost', 'gpuSeconds', 'attempts'],
      rows: rows.map((row) => ({
        ...groupOf(row, body.by),
        currency: row.currency,
        cost: row.currency === null ? null : formatMicros(row.costMicros),
        gpuSeconds: formatMicros(row.milliGpuMs),
        attempts: row.attempts,
      })),
    });
  }

  @Operation('listUsageRecords')
  async records(
    @Input() { query }: RouteInput<'listUsageRecords'>,
    @Caller() caller: Principal,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<RouteReply<'listUsageRecords'> | string> {
    const [toAt, leaseId] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 2).map(String);
    const after = toAt === undefined || leaseId === undefined ? undefined : { toAt, leaseId };
    const filter = await this.filter(caller, query);
    const found = await listUsage(this.db, filter, { after, limit: query.limit + 1 });
    const page = found.slice(0, query.limit);
    const last = found.length > query.limit ? page.at(-1) : undefined;
    const nextCursor = last === undefined ? null : encodeCursor([last.toAt.toISOString(), last.leaseId]);
    const data = page.map(usageRecord);
    return answerRecords(request, reply, {
      answer: { data, nextCursor },
      columns: usageColumns,
      rows: data.map(({ cost, ...row }) => ({
        ...row,
        currency: cost?.currency ?? null,
        cost: cost?.amount ?? null,
      })),
      nextCursor,
    });
  }

  @Operation('exportFocus')
  async focus(
    @Input() { query }: RouteInput<'exportFocus'>,
    @Caller() caller: Principal,
  ): Promise<StreamableFile> {
    const charges = exportCharges(this.db, await this.filter(caller, query));
    return new StreamableFile(Readable.from(focusLines(charges)), { type: 'text/csv; charset=utf-8' });
  }

  /** A key of one project sees its own costs; another sees all of the organisation, or the project it names. */
  private async filter(caller: Principal, asked: Asked): Promise<CostFilter> {
    const { orgId, projectId: own } = this.access.person(caller);
    const named = asked.project !== undefined || own !== null;
    const projectId = named ? await this.access.project(caller, asked.project) : null;
    const { sweep: sweepId, pool: poolId, from, to } = asked;
    return { orgId, projectId, sweepId, poolId, from, to, class: asked.class };
  }
}

async function* focusLines(charges: AsyncIterable<FocusRow>): AsyncGenerator<string> {
  yield csvLine(focusColumns);
  for await (const charge of charges) yield csvLine(focusColumns.map((column) => charge[column]));
}

function groupOf(row: CostRow, by: readonly string[]): Record<string, string> {
  return Object.fromEntries(by.map((dimension, index) => [dimension, row.group[index] ?? '']));
}

function costRow(row: CostRow, by: readonly string[]): CostSummary['rows'][number] {
  return {
    group: groupOf(row, by),
    cost: moneyOf(row.costMicros, row.currency),
    gpuSeconds: formatMicros(row.milliGpuMs),
    attempts: row.attempts,
  };
}

function totalsOf(rows: readonly CostRow[]): CostSummary['totals'] {
  const sums = new Map<string, bigint>();
  for (const { currency, costMicros } of rows) {
    if (currency !== null) sums.set(currency, (sums.get(currency) ?? 0n) + costMicros);
  }
  return [...sums].map(([currency, micros]) => toMoney(micros, currency));
}

function usageRecord(row: UsageRow): UsageRecordView {
  const { costMicros, milliGpuMs, currency, fromAt, toAt, ...rest } = row;
  return {
    ...rest,
    cost: moneyOf(costMicros, currency),
    gpuSeconds: formatMicros(milliGpuMs),
    from: fromAt.toISOString(),
    to: toAt.toISOString(),
  };
}
