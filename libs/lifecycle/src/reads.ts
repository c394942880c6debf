// Reads for API pages and lists: rows as plain objects, scoped by project, paged by key.
import { filterSql, sweepColumns, trialColumns } from './filter-sql.js';
import type {
  AttemptOutcome,
  AttemptState,
  Decision,
  FilterTerm,
  OutcomeClass,
  ProcessExit,
  SweepReason,
  SweepSpec,
  SweepState,
  TrialParameters,
  TrialState,
} from '@swath/contracts';
import { DomainError } from '@swath/contracts';
import { decodeMetrics, type LoggedRow, type Queryable } from '@swath/persistence';
import { inNameOrder } from './parameter-order.js';
import type { WaitingReason } from './reasons.js';

/** A sweep as lists and pages show it. */
export interface SweepSummary {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  readonly state: SweepState;
  readonly reason: SweepReason | null;
  readonly reasonText: string | null;
  readonly method: string;
  readonly objective: string | null;
  readonly goal: 'minimize' | 'maximize' | null;
  readonly pool: string;
  readonly parallel: number | null;
  readonly maxTrials: number | null;
  readonly created: number;
  readonly byState: Readonly<Partial<Record<TrialState, number>>>;
  readonly best: { readonly number: number; readonly trialId: string; readonly value: number } | null;
  readonly spentMicros: bigint;
  readonly capMicros: bigint | null;
  readonly heldMicros: bigint | null;
  readonly currency: string | null;
  readonly createdBy: string;
  readonly version: number;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}

/** Currency of the price in force in the pool of sweep `s`: what its costs are in when no limit and no lease says so. */
const poolCurrency = `(SELECT currency FROM price_version WHERE pool_id = s.pool_id AND effective_from <= clock_timestamp()
  ORDER BY effective_from DESC LIMIT 1)`;

const sweepSummary = `
  SELECT s.id, s.project_id AS "projectId", s.name, s.state, s.reason, s.reason_text AS "reasonText",
    s.spec->>'method' AS method, s.spec->'objectives'->0->>'name' AS objective, s.spec->'objectives'->0->>'goal' AS goal,
    p.name AS pool, s.parallel, s.max_trials AS "maxTrials", s.next_trial - 1 AS created,
    coalesce((SELECT jsonb_object_agg(state, n) FROM (SELECT state, count(*)::int AS n FROM trial WHERE sweep_id = s.id GROUP BY state) c), '{}') AS "byState",
    (SELECT jsonb_build_object('number', number, 'trialId', id, 'value', value) FROM trial
     WHERE sweep_id = s.id AND value IS NOT NULL AND value NOT IN ('NaN', 'Infinity', '-Infinity')
     ORDER BY CASE WHEN s.spec->'objectives'->0->>'goal' = 'maximize' THEN -value ELSE value END, number LIMIT 1) AS best,
    coalesce((SELECT sum(spent_micros) FROM trial WHERE sweep_id = s.id), 0)::bigint AS "spentMicros",
    b.limit_amount AS "capMicros", h.balance AS "heldMicros", coalesce(substr(b.unit, 7), ${poolCurrency}) AS currency,
    s.created_by AS "createdBy", s.version, s.created_at AS "createdAt", s.ended_at AS "endedAt"
  FROM sweep s JOIN pool p ON p.id = s.pool_id
    LEFT JOIN budget b ON b.scope_kind = 'sweep' AND b.scope_id = s.id AND b.unit LIKE 'money:%'
    LEFT JOIN ledger_account h ON h.budget_id = b.id AND h.kind = 'held'`;

/** One sweep. @throws `sweep/not-found`, also for one of another project */
export async function readSweep(
  db: Queryable,
  request: { readonly sweepId: string; readonly orgId: string },
): Promise<SweepSummary> {
  const [row] = await db.query<SweepSummary>(`${sweepSummary} WHERE s.id = $1 AND s.org_id = $2`, [
    request.sweepId,
    request.orgId,
  ]);
  if (row === undefined) throw new DomainError('sweep/not-found', `there is no sweep ${request.sweepId}`);
  return row;
}

/** The spec of a sweep, resolved and as written. @throws `sweep/not-found` */
export async function readSpec(
  db: Queryable,
  sweepId: string,
): Promise<{ spec: SweepSpec; specText: string | null }> {
  const [row] = await db.query<{ spec: SweepSpec; specText: string | null }>(
    'SELECT spec, spec_text AS "specText" FROM sweep WHERE id = $1',
    [sweepId],
  );
  if (row === undefined) throw new DomainError('sweep/not-found', `there is no sweep ${sweepId}`);
  return row;
}

/** The resolved specs of sweeps, by id. */
export async function readSpecs(
  db: Queryable,
  sweepIds: readonly string[],
): Promise<ReadonlyMap<string, SweepSpec>> {
  const rows = await db.query<{ id: string; spec: SweepSpec }>(
    'SELECT id, spec FROM sweep WHERE id = ANY ($1)',
    [sweepIds],
  );
  return new Map(rows.map(({ id, spec }) => [id, spec]));
}

/** Sweeps of a project, newest first. */
export async function listSweeps(
  db: Queryable,
  request: {
    readonly projectId: string;
    readonly states?: readonly SweepState[];
    readonly before?: { readonly createdAt: Date; readonly id: string };
    readonly limit: number;
    readonly terms?: readonly FilterTerm[];
  },
): Promise<SweepSummary[]> {
  const filter = filterSql(request.terms ?? [], sweepColumns, 6);
  return db.query<SweepSummary>(
    `SELECT * FROM (${sweepSummary} WHERE s.project_id = $1 AND ($2::text[] IS NULL OR s.state = ANY ($2))
       AND ($3::timestamptz IS NULL OR (s.created_at, s.id) < ($3, $4))) q WHERE ${filter.sql}
     ORDER BY "createdAt" DESC, id DESC LIMIT $5`,
    [
      request.projectId,
      request.states ?? null,
      request.before?.createdAt ?? null,
      request.before?.id ?? null,
      request.limit,
      ...filter.parameters,
    ],
  );
}

/** A trial as lists and pages show it. */
export interface TrialSummary {
  readonly id: string;
  readonly sweepId: string;
  readonly projectId: string;
  readonly runId: string;
  readonly number: number;
  readonly state: TrialState;
  readonly reason: { readonly code: string; readonly text?: string; readonly decision?: Decision } | null;
  readonly parameters: TrialParameters;
  readonly info: Readonly<Record<string, unknown>> | null;
  readonly bracket: number;
  readonly value: number | null;
  readonly values: Readonly<Record<string, number | null>>;
  readonly resource: number;
  readonly attempts: number;
  readonly waiting: WaitingReason | null;
  readonly spentMicros: bigint;
  readonly currency: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

const trialSummary = `
  SELECT t.id, t.sweep_id AS "sweepId", t.project_id AS "projectId", t.run_id AS "runId", t.number, t.state, t.reason,
    t.parameters, t.info, t.bracket, t.value, t.objective_values AS values, t.resource, t.attempt_count AS attempts,
    (SELECT waiting FROM attempt WHERE trial_id = t.id AND state = 'queued') AS waiting, t.spent_micros AS "spentMicros",
    coalesce((SELECT currency FROM lease WHERE id = 'ls_' || substr(t.id, 4) || '-1'), ${poolCurrency}) AS currency,
    t.created_at AS "createdAt", t.started_at AS "startedAt", t.ended_at AS "endedAt"
  FROM trial t JOIN sweep s ON s.id = t.sweep_id`;

/** One trial. @throws `trial/not-found` */
export async function readTrial(
  db: Queryable,
  request: { readonly trialId: string; readonly orgId: string },
): Promise<TrialSummary> {
  const [row] = await db.query<TrialSummary>(`${trialSummary} WHERE t.id = $1 AND s.org_id = $2`, [
    request.trialId,
    request.orgId,
  ]);
  if (row === undefined) throw new DomainError('trial/not-found', `there is no trial ${request.trialId}`);
  return ordered(row);
}

function ordered(trial: TrialSummary): TrialSummary {
  return { ...trial, parameters: inNameOrder(trial.parameters) };
}

/** How trials may be sorted: by number, or best value first. */
export type TrialOrder = 'number' | 'best';

/** Trials of a sweep. With `order: 'best'`, trials without a value come last; pages go by offset there. */
export async function listTrials(
  db: Queryable,
  request: {
    readonly sweepId: string;
    readonly states?: readonly TrialState[];
    readonly order: TrialOrder;
    /** Trials to pass over in `best` order; the number to continue after in `number` order. */
    readonly after: number;
    readonly limit: number;
    readonly terms?: readonly FilterTerm[];
  },
): Promise<TrialSummary[]> {
  const filter = filterSql(request.terms ?? [], trialColumns, 5);
  const where = `WHERE t.sweep_id = $1 AND ($2::text[] IS NULL OR t.state = ANY ($2)) AND ${filter.sql}`;
  const parameters = [
    request.sweepId,
    request.states ?? null,
    request.after,
    request.limit,
    ...filter.parameters,
  ];
  if (request.order === 'number') {
    const rows = await db.query<TrialSummary>(
      `${trialSummary} ${where} AND t.number > $3 ORDER BY t.number LIMIT $4`,
      parameters,
    );
    return rows.map(ordered);
  }
  const rows = await db.query<TrialSummary>(
    `${trialSummary} ${where}
     ORDER BY CASE WHEN t.value = 'NaN' THEN NULL WHEN s.spec->'objectives'->0->>'goal' = 'maximize' THEN -t.value ELSE t.value END
       NULLS LAST, t.number OFFSET $3 LIMIT $4`,
    parameters,
  );
  return rows.map(ordered);
}

/** An attempt with its node and cost. */
export interface AttemptSummary {
  readonly id: string;
  readonly trialId: string;
  readonly number: number;
  readonly cause: string;
  readonly state: AttemptState;
  readonly outcome: AttemptOutcome | null;
  readonly nodeId: string | null;
  readonly nodeName: string | null;
  readonly slots: readonly number[];
  readonly waiting: WaitingReason | null;
  readonly exit: ProcessExit | null;
  readonly class: OutcomeClass | null;
  readonly costMicros: bigint | null;
  readonly currency: string | null;
  readonly enqueuedAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

/** Attempts of a trial, first to last. */
export async function listAttempts(db: Queryable, trialId: string): Promise<AttemptSummary[]> {
  return listAttemptsOf(db, [trialId]);
}

/** Attempts of several trials, by trial and first to last. */
export async function listAttemptsOf(db: Queryable, trialIds: readonly string[]): Promise<AttemptSummary[]> {
  return db.query<AttemptSummary>(
    `SELECT a.id, a.trial_id AS "trialId", a.number, a.cause, a.state, a.outcome, a.node_id AS "nodeId", n.name AS "nodeName",
       coalesce((SELECT array_agg(slot_index ORDER BY slot_index) FROM lease_slot WHERE lease_id = l.id), '{}') AS slots,
       a.waiting, a.exit, u.class, u.cost_micros AS "costMicros", u.currency, a.enqueued_at AS "enqueuedAt",
       a.started_at AS "startedAt", a.ended_at AS "endedAt"
     FROM attempt a LEFT JOIN lease l ON l.attempt_id = a.id LEFT JOIN node n ON n.id = a.node_id
       LEFT JOIN usage_record u ON u.lease_id = l.id
     WHERE a.trial_id = ANY ($1) ORDER BY a.trial_id, a.number`,
    [trialIds],
  );
}

/** A stored decision of the pruner. */
export interface DecisionRow {
  readonly id: bigint;
  readonly trialId: string;
  readonly number: number;
  readonly attempt: number;
  readonly decision: Decision;
  readonly at: Date;
}

/** Decisions of a sweep in the order they were taken. */
export async function listDecisions(
  db: Queryable,
  request: { readonly sweepId: string; readonly after: bigint; readonly limit: number },
): Promise<DecisionRow[]> {
  return db.query<DecisionRow>(
    `SELECT d.id, d.trial_id AS "trialId", t.number, d.attempt, d.decision, d.at FROM decision d JOIN trial t ON t.id = d.trial_id
     WHERE d.sweep_id = $1 AND d.id > $2 ORDER BY d.id LIMIT $3`,
    [request.sweepId, request.after, request.limit],
  );
}

/** A logged row with its place in the run. */
export interface MetricPoint extends LoggedRow {
  readonly row: number;
  readonly attempt: number;
  readonly late: boolean;
}

/** Logged rows of a run, oldest first, from a row on; late ones included and marked. */
export async function readMetrics(
  db: Queryable,
  request: {
    readonly runId: string;
    readonly metrics?: readonly string[];
    readonly fromRow: number;
    readonly limit: number;
  },
): Promise<MetricPoint[]> {
  const only = request.metrics === undefined ? undefined : new Set(request.metrics);
  const points: MetricPoint[] = [];
  let from = request.fromRow;
  while (points.length < request.limit) {
    const chunks = await db.query<{
      first_row: bigint;
      row_count: number;
      attempt: number;
      late: boolean;
      body: Buffer;
    }>(
      `SELECT first_row, row_count, attempt, late, body FROM metric_chunk
       WHERE run_id = $1 AND first_row + row_count > $2 AND ($3::text[] IS NULL OR metrics && $3) ORDER BY first_row LIMIT 100`,
      [request.runId, from, request.metrics ?? null],
    );
    for (const chunk of chunks) {
      decodeMetrics(chunk.body, only).forEach((logged, index) => {
        const row = Number(chunk.first_row) + index;
        if (row >= from) points.push({ ...logged, row, attempt: chunk.attempt, late: chunk.late });
      });
    }
    const last = chunks.at(-1);
    if (last === undefined || chunks.length < 100) break;
    from = Number(last.first_row) + last.row_count;
  }
  return points.slice(0, request.limit);
}

/** A pool with its price and use. */
export interface PoolSummary {
  readonly id: string;
  readonly name: string;
  readonly currency: string | null;
  readonly rateMicrosPerHour: bigint | null;
  readonly nodes: number;
  readonly slots: number;
  readonly busy: number;
  readonly queued: number;
  readonly quantumMs: number;
  readonly graceMs: number;
  readonly version: number;
}

/** Pools of an organisation by name. */
export async function listPools(db: Queryable, orgId: string): Promise<PoolSummary[]> {
  return db.query<PoolSummary>(
    `SELECT p.id, p.name, v.currency, v.rate_micros_per_hour AS "rateMicrosPerHour", p.quantum_ms AS "quantumMs",
       p.grace_ms AS "graceMs", p.version,
       (SELECT count(*)::int FROM node WHERE pool_id = p.id AND state <> 'offline') AS nodes,
       (SELECT count(*)::int FROM node n JOIN slot ON slot.node_id = n.id WHERE n.pool_id = p.id AND n.state <> 'offline' AND slot.healthy) AS slots,
       coalesce((SELECT sum(milli_gpu / 1000)::int FROM lease WHERE pool_id = p.id AND state = 'live'), 0) AS busy,
       (SELECT count(*)::int FROM attempt WHERE pool_id = p.id AND state = 'queued') AS queued
     FROM pool p LEFT JOIN LATERAL (SELECT currency, rate_micros_per_hour FROM price_version
       WHERE pool_id = p.id AND effective_from <= clock_timestamp() ORDER BY effective_from DESC LIMIT 1) v ON true
     WHERE p.org_id = $1 ORDER BY p.name`,
    [orgId],
  );
}

/** A node with its slots and what runs on them. */
export interface NodeSummary {
  readonly id: string;
  readonly name: string;
  readonly pool: string;
  readonly state: 'online' | 'draining' | 'offline';
  readonly isolation: string;
  readonly agentVersion: string;
  readonly lastSeenAt: Date;
  readonly slots: readonly {
    readonly index: number;
    readonly kind: string;
    readonly uuid: string;
    readonly model: string;
    readonly memoryMiB: number;
    readonly healthy: boolean;
    readonly trialId: string | null;
  }[];
}

/** Nodes of an organisation by pool and name. */
export async function listNodes(db: Queryable, orgId: string): Promise<NodeSummary[]> {
  return db.query<NodeSummary>(
    `SELECT n.id, n.name, p.name AS pool, n.state, n.isolation, n.agent_version AS "agentVersion", n.last_seen_at AS "lastSeenAt",
       coalesce((SELECT jsonb_agg(jsonb_build_object('index', s.index, 'kind', s.kind, 'uuid', s.uuid, 'model', s.model,
         'memoryMiB', s.memory_mib, 'healthy', s.healthy, 'trialId', l.trial_id) ORDER BY s.index)
         FROM slot s LEFT JOIN lease_slot ls ON ls.node_id = s.node_id AND ls.slot_index = s.index AND ls.live
         LEFT JOIN lease l ON l.id = ls.lease_id WHERE s.node_id = n.id), '[]') AS slots
     FROM node n JOIN pool p ON p.id = n.pool_id WHERE n.org_id = $1 ORDER BY p.name, n.name`,
    [orgId],
  );
}
