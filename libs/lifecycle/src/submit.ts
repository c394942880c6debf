// Submitting a sweep: one transaction writes the sweep, its budgets with their grants, and the outbox row that starts its
// workflow. Called by the API after the spec was parsed; `launch.ts` creates the trials.
import { randomInt } from 'node:crypto';
import { DomainError, parseMicros, sweepIdOf, MILLI_GPU_MS_PER_HOUR, type SweepSpec } from '@swath/contracts';
import type { Database, Tx } from '@swath/persistence';
import { gridSize } from '@swath/search';
import { openBudget, type NewBudget } from './accounts.js';
import { enqueueOutbox, publish } from './notices.js';
import { currentPrice, type PriceRow } from './prices.js';

/** A sweep to be submitted. */
export interface Submission {
  readonly projectId: string;
  readonly principalId: string;
  readonly spec: SweepSpec;
  /** The document as the user wrote it. */
  readonly specText?: string;
}

/** What was made of a submission. */
export interface Submitted {
  readonly sweepId: string;
  readonly warnings: readonly string[];
}

interface ProjectRow {
  readonly id: string;
  readonly org_id: string;
  readonly team_id: string;
  readonly default_max_trials: number;
  readonly require_bound: boolean;
}

interface PoolRow {
  readonly id: string;
  readonly name: string;
  readonly widest: number | null;
}

const KEY_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

function newKey(): string {
  return Array.from({ length: 8 }, () => KEY_ALPHABET.charAt(randomInt(KEY_ALPHABET.length))).join('');
}

/** A seed for a sweep that names none: the same for the same id. */
function seedOf(sweepId: string): number {
  let hash = 2_166_136_261;
  for (const character of sweepId) hash = Math.imul(hash ^ character.charCodeAt(0), 16_777_619) >>> 0;
  return hash;
}

/**
 * Stores a sweep in state `running` and asks for its workflow to be started.
 *
 * @throws `project/not-found`, `pool/not-found`, `pool/too-small`, `pool/no-price`, `spec/invalid`, `spec/unbounded`
 */
export async function submitSweep(db: Database, submission: Submission): Promise<Submitted> {
  return db.transaction((tx) => submitSweepIn(tx, submission));
}

/** `submitSweep` inside a transaction of the caller, for an idempotent request that commits with its effect. */
export async function submitSweepIn(tx: Tx, submission: Submission): Promise<Submitted> {
  const { spec } = submission;
  const project = await readProject(tx, submission.projectId);
  const pool = await readPool(tx, project.org_id, spec);
  const bounds = boundsOf(spec, project);
  const sweepId = sweepIdOf(newKey());
  const budgets = budgetsOf(spec, sweepId, {
    orgId: project.org_id,
    actor: submission.principalId,
    price: await currentPrice(tx, pool.id),
    poolName: pool.name,
    maxTrials: bounds.maxTrials,
  });
  await tx.query(
    `INSERT INTO sweep (id, org_id, team_id, project_id, pool_id, created_by, name, spec, spec_text, seed, state, parallel,
       max_trials, max_active_ms, initial_failures, active_since, created_at)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'running', $11, $12, $13, $14, t.now, t.now
     FROM (SELECT clock_timestamp() AS now) t`,
    [
      sweepId,
      project.org_id,
      project.team_id,
      project.id,
      pool.id,
      submission.principalId,
      spec.name ?? sweepId,
      JSON.stringify(spec),
      submission.specText ?? null,
      spec.seed ?? seedOf(sweepId),
      spec.parallel ?? null,
      bounds.maxTrials,
      spec.budget.max_wall_clock === undefined ? null : Math.round(spec.budget.max_wall_clock * 1000),
      (spec.budget.max_consecutive_initial_failures ?? 0) === 0 ? null : 0,
    ],
  );
  for (const budget of budgets) await openBudget(tx, budget);
  await enqueueOutbox(tx, [{ topic: 'sweep.start', key: sweepId, payload: { sweepId } }]);
  await publish(tx, [
    {
      projectId: project.id,
      topic: `sweep:${sweepId}`,
      name: 'sweep.created',
      entity: { id: sweepId, state: 'running' },
    },
  ]);
  return { sweepId, warnings: bounds.warnings };
}

async function readProject(tx: Tx, projectId: string): Promise<ProjectRow> {
  const [project] = await tx.query<ProjectRow>(
    'SELECT id, org_id, team_id, default_max_trials, require_bound FROM project WHERE id = $1',
    [projectId],
  );
  if (project === undefined) throw new DomainError('project/not-found', `there is no project ${projectId}`);
  return project;
}

async function readPool(tx: Tx, orgId: string, spec: SweepSpec): Promise<PoolRow> {
  const [pool] = await tx.query<PoolRow>(
    `SELECT p.id, p.name, (SELECT max(n.slots)::int FROM (SELECT count(*) AS slots FROM node JOIN slot ON slot.node_id = node.id
       WHERE node.pool_id = p.id GROUP BY node.id) n) AS widest
     FROM pool p WHERE p.org_id = $1 AND p.name = $2`,
    [orgId, spec.resources.pool],
  );
  if (pool === undefined) {
    throw new DomainError(
      'pool/not-found',
      `resources.pool is "${spec.resources.pool}"; there is no pool of that name`,
    );
  }
  if (pool.widest !== null && spec.resources.gpus > pool.widest) {
    throw new DomainError(
      'pool/too-small',
      `resources.gpus is ${spec.resources.gpus}; the widest node of pool "${pool.name}" has ${pool.widest} slots`,
    );
  }
  return pool;
}

interface Bounds {
  readonly maxTrials: number | null;
  readonly warnings: readonly string[];
}

/** The sweep's bound on trials; a sweep that nothing bounds gets the project's default, or is refused. */
function boundsOf(spec: SweepSpec, project: ProjectRow): Bounds {
  const { budget } = spec;
  if (budget.max_trials !== undefined) return { maxTrials: budget.max_trials, warnings: [] };
  const finite = spec.method === 'grid' && gridSize(spec.parameters) !== null;
  const otherwise = [budget.max_cost, budget.max_gpu_hours, budget.max_wall_clock].some(
    (limit) => limit !== undefined,
  );
  if (finite || otherwise) return { maxTrials: null, warnings: [] };
  if (project.require_bound)
    throw new DomainError('spec/unbounded', 'the sweep has no limit and its project requires one');
  const warning = `the sweep has no limit; it gets this project's default of ${project.default_max_trials} trials`;
  return { maxTrials: project.default_max_trials, warnings: [warning] };
}

interface BudgetContext {
  readonly orgId: string;
  readonly actor: string;
  readonly price: PriceRow | undefined;
  readonly poolName: string;
  readonly maxTrials: number | null;
}

function budgetsOf(spec: SweepSpec, sweepId: string, context: BudgetContext): NewBudget[] {
  const { budget } = spec;
  const common = {
    orgId: context.orgId,
    scopeKind: 'sweep',
    scopeId: sweepId,
    mode: 'HARD',
    onExhaust: budget.on_exhaust,
    actor: context.actor,
  } as const;
  const budgets: NewBudget[] = [];
  if (context.maxTrials !== null) {
    budgets.push({ ...common, unit: 'trials', limit: BigInt(context.maxTrials), onExhaust: 'stop_new' });
  }
  if (budget.max_cost !== undefined) {
    const currency = moneyCurrency(spec, context);
    budgets.push({ ...common, unit: `money:${currency}`, limit: parseMicros(budget.max_cost) ?? 0n });
  }
  if (budget.max_gpu_hours !== undefined) {
    const hours = parseMicros(budget.max_gpu_hours) ?? 0n;
    budgets.push({ ...common, unit: 'gpu_time', limit: (hours * MILLI_GPU_MS_PER_HOUR) / 1_000_000n });
  }
  return budgets;
}

/** The currency of the sweep's money limit, which must be the one its pool is priced in. */
function moneyCurrency(spec: SweepSpec, { price, poolName }: BudgetContext): string {
  if (price === undefined) {
    throw new DomainError(
      'pool/no-price',
      `budget.max_cost is set, but pool "${poolName}" has no price in force`,
    );
  }
  if (spec.budget.currency !== undefined && spec.budget.currency !== price.currency) {
    throw new DomainError(
      'spec/invalid',
      `budget.currency is ${spec.budget.currency}; pool "${poolName}" is priced in ${price.currency}`,
      {
        problems: [
          {
            pointer: '/budget/currency',
            code: 'spec/currency',
            detail: `pool "${poolName}" is priced in ${price.currency}; leave currency out or use that one`,
            got: spec.budget.currency,
            bound: price.currency,
          },
        ],
      },
    );
  }
  return price.currency;
}
