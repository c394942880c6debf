// What use has cost, from usage records: sums by dimension, the records themselves, and charges for a statement. A record that
// crosses midnight (UTC) is split there, so that days and months add up to the records to the micro-unit.
import { DomainError } from '@swath/contracts';
import { focusRow, type Charge, type FocusRow } from '@swath/ledger';
import type { Queryable } from '@swath/persistence';

/** What costs can be summed by. */
export type CostDimension = 'day' | 'project' | 'sweep' | 'pool' | 'class' | 'principal';

/** Which use is counted. */
export interface CostFilter {
  readonly orgId: string;
  /** One project only; null for all of the organisation. */
  readonly projectId: string | null;
  readonly sweepId?: string | undefined;
  readonly poolId?: string | undefined;
  /** One outcome class only. */
  readonly class?: string | undefined;
  /** First day (UTC), `YYYY-MM-DD`. */
  readonly from?: string | undefined;
  /** The day after the last one. */
  readonly to?: string | undefined;
}

/** A sum. */
export interface CostRow {
  /** Values of the dimensions, in the order they were asked for. */
  readonly group: readonly string[];
  /** Null for use of pools without a price. */
  readonly currency: string | null;
  readonly costMicros: bigint;
  readonly milliGpuMs: bigint;
  /** Leases that began in the group. */
  readonly attempts: number;
}

/** The most rows of one summary. */
const MAX_ROWS = 10_000;

const msUntil = (time: string): string => `round(extract(epoch FROM ${time} - u.from_at) * 1000)`;
const gpuUntil = (time: string): string =>
  `CASE WHEN ${time} = u.to_at THEN u.milli_gpu_ms ELSE l.milli_gpu * ${msUntil(time)} END`;
/** As `costOf` of @swath/ledger evaluates it, so the parts telescope to the record. */
const costUntil = (time: string): string =>
  `CASE WHEN ${time} = u.to_at THEN u.cost_micros
     ELSE div(l.rate_micros_per_hour::numeric * l.milli_gpu * ${msUntil(time)} + 3599999999, 3600000000) END`;
const between = (until: (time: string) => string): string =>
  `((${until('d.hi')}) - (${until('d.lo')}))::bigint`;

const columns = 'u.lease_id, u.project_id, u.sweep_id, u.pool_id, u.class, u.currency';
const chosen = `u.org_id = $1 AND ($2::text IS NULL OR u.project_id = $2) AND ($3::text IS NULL OR u.sweep_id = $3)
  AND ($4::text IS NULL OR u.pool_id = $4) AND ($5::date IS NULL OR u.to_at >= $5::date::timestamp AT TIME ZONE 'UTC')
  AND ($6::date IS NULL OR u.from_at < $6::date::timestamp AT TIME ZONE 'UTC') AND ($7::text IS NULL OR u.class = $7)`;
const day = (time: string): string => `(${time} AT TIME ZONE 'UTC')::date`;

/** The records as parts of one day each. `$1` to `$7` are the filter. */
const parts = `
  SELECT * FROM (
    SELECT ${columns}, ${day('u.from_at')} AS day, u.from_at AS lo, u.to_at AS hi, u.cost_micros AS cost, u.milli_gpu_ms AS gpu, 1 AS first
    FROM usage_record u WHERE ${chosen} AND ${day('u.from_at')} = ${day('u.to_at')}
    UNION ALL
    SELECT ${columns}, ${day('d.lo')}, d.lo, d.hi, ${between(costUntil)}, ${between(gpuUntil)}, (d.lo = u.from_at)::int
    FROM usage_record u JOIN lease l ON l.id = u.lease_id CROSS JOIN LATERAL (
      SELECT greatest(s.at, u.from_at) AS lo, least(s.at + interval '24 hours', u.to_at) AS hi
      FROM generate_series(date_trunc('day', u.from_at, 'UTC'), u.to_at, interval '24 hours') s (at) WHERE s.at < u.to_at) d
    WHERE ${chosen} AND ${day('u.from_at')} <> ${day('u.to_at')}) part
  WHERE ($5::date IS NULL OR day >= $5::date) AND ($6::date IS NULL OR day < $6::date)`;

const dimensions: Readonly<Record<CostDimension, string>> = {
  day: 'p.day',
  project: 'p.project_id',
  sweep: 'p.sweep_id',
  pool: 'p.pool_id',
  class: 'p.class',
  principal: 's.created_by',
};

function filterValues(filter: CostFilter): (string | null)[] {
  const { orgId, projectId, sweepId, poolId, from, to } = filter;
  return [orgId, projectId, sweepId ?? null, poolId ?? null, from ?? null, to ?? null, filter.class ?? null];
}

/**
 * Sums use by one or more dimensions and by currency, in the order of the dimensions.
 *
 * @throws `request/invalid` when there would be more than 10,000 rows
 */
export async function queryCosts(
  db: Queryable,
  filter: CostFilter,
  by: readonly CostDimension[],
): Promise<CostRow[]> {
  const keys = by.map((dimension) => dimensions[dimension]);
  const rows = await db.query<CostRow>(
    `SELECT ARRAY[${keys.map((key) => `${key}::text`).join(', ')}] AS "group", p.currency, sum(p.cost)::bigint AS "costMicros",
       sum(p.gpu)::bigint AS "milliGpuMs", sum(p.first)::int AS attempts
     FROM (${parts}) p ${by.includes('principal') ? 'JOIN sweep s ON s.id = p.sweep_id' : ''}
     GROUP BY ${[...keys, 'p.currency'].join(', ')} ORDER BY ${[...keys, 'p.currency'].join(', ')} LIMIT ${MAX_ROWS + 1}`,
    filterValues(filter),
  );
  if (rows.length > MAX_ROWS) {
    throw new DomainError(
      'request/invalid',
      `by ${by.join(', ')} gives more than ${MAX_ROWS} rows; ask for fewer days, one project, or fewer dimensions`,
    );
  }
  return rows;
}

/** A usage record. */
export interface UsageRow {
  readonly leaseId: string;
  readonly teamId: string;
  readonly projectId: string;
  readonly sweepId: string;
  readonly trialId: string;
  readonly attempt: number;
  readonly poolId: string;
  readonly nodeId: string;
  readonly priceVersionId: string | null;
  readonly class: string;
  readonly currency: string | null;
  readonly costMicros: bigint;
  readonly milliGpuMs: bigint;
  readonly fromAt: Date;
  readonly toAt: Date;
}

/** Where a page of records starts: after this one. */
export interface UsagePosition {
  /** ISO time at which the record ends. */
  readonly toAt: string;
  readonly leaseId: string;
}

/** Usage records by their end, those after a position. */
export async function listUsage(
  db: Queryable,
  filter: CostFilter,
  page: { readonly after: UsagePosition | undefined; readonly limit: number },
): Promise<UsageRow[]> {
  return db.query<UsageRow>(
    `SELECT u.lease_id AS "leaseId", u.team_id AS "teamId", u.project_id AS "projectId", u.sweep_id AS "sweepId",
       u.trial_id AS "trialId", u.attempt, u.pool_id AS "poolId", u.node_id AS "nodeId", u.price_version_id AS "priceVersionId",
       u.class, u.currency, u.cost_micros AS "costMicros", u.milli_gpu_ms AS "milliGpuMs", u.from_at AS "fromAt", u.to_at AS "toAt"
     FROM usage_record u WHERE ${chosen} AND ($8::timestamptz IS NULL OR (u.to_at, u.lease_id) > ($8::timestamptz, $9::text))
     ORDER BY u.to_at, u.lease_id LIMIT $10`,
    [...filterValues(filter), page.after?.toAt ?? null, page.after?.leaseId ?? null, page.limit],
  );
}

const timeText = `'YYYY-MM-DD"T"HH24:MI:SS"Z"'`;
const second = (time: string): string => `to_char((${time}) AT TIME ZONE 'UTC', ${timeText})`;
const month = (later: string): string =>
  `to_char(date_trunc('month', p.lo AT TIME ZONE 'UTC')${later}, ${timeText})`;

/** Charges of whole leases per page of the export. */
const CHARGE_PAGE = 1_000;

/** Every charge of a period as a row of the FOCUS export, in the order in which leases ended, read page by page. */
export async function* exportCharges(db: Queryable, filter: CostFilter): AsyncGenerator<FocusRow> {
  let after: UsagePosition | undefined;
  for (;;) {
    const leases: UsageRow[] = await listUsage(db, filter, { after, limit: CHARGE_PAGE });
    const last = leases.at(-1);
    if (last === undefined) return;
    const rows = await db.query<Charge>(
      `SELECT s.org_id AS "orgId", o.name AS "orgName", s.team_id AS "teamId", p.project_id AS "projectId", pj.name AS "projectName",
         p.sweep_id AS "sweepId", l.trial_id AS "trialId", t.number AS "trialNumber", l.attempt_id AS "attemptId", l.attempt,
         p.lease_id AS "leaseId", s.created_by AS "principalId", p.pool_id AS "poolId", pl.name AS "poolName", l.node_id AS "nodeId",
         p.class AS "outcomeClass", l.price_version_id AS "priceVersionId", p.currency, l.rate_micros_per_hour AS "rateMicrosPerHour",
         p.cost AS "costMicros", p.gpu AS "milliGpuMs", ${second('p.lo')} AS "chargeStart",
         ${second("p.hi + interval '999999 microseconds'")} AS "chargeEnd", ${month('')} AS "billingStart", ${month(" + interval '1 month'")} AS "billingEnd"
       FROM (${parts} AND lease_id = ANY ($8)) p JOIN lease l ON l.id = p.lease_id JOIN trial t ON t.id = l.trial_id
         JOIN sweep s ON s.id = p.sweep_id JOIN org o ON o.id = s.org_id JOIN project pj ON pj.id = p.project_id
         JOIN pool pl ON pl.id = p.pool_id
       ORDER BY array_position($8::text[], p.lease_id), p.lo`,
      [...filterValues(filter), leases.map(({ leaseId }) => leaseId)],
    );
    for (const row of rows) yield focusRow(row);
    after = { toAt: last.toAt.toISOString(), leaseId: last.leaseId };
  }
}
