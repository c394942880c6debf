// Creating trials: reads the sweep's history, asks the searcher outside any transaction, then writes trials, runs and queued
// attempts in one. The answer is stored under the request's number, so a retry or a late duplicate gets the same trials.
import {
  attemptIdOf,
  runIdOf,
  trialIdOf,
  type SweepSpec,
  type SweepState,
  type TrialParameters,
} from '@swath/contracts';
import { violates, type Database, type Tx } from '@swath/persistence';
import {
  bracketOf,
  canonicalParameters,
  rungsOf,
  type Suggestion,
  type SuggestRequest,
  type SuggestResult,
} from '@swath/search';
import { accountOf, budgetIdOf, post } from './accounts.js';
import { readHistory, readPoints } from './history.js';
import { enqueueOutbox, publish, wakePool } from './notices.js';
import { recallAhead } from './recall.js';
import { promotableTrials, resumeTrials } from './promote.js';
import { lockSweep, readSweepRow, type SweepRow } from './sweep-rows.js';

/** A numbered request for more trials. */
export interface LaunchRequest {
  readonly sweepId: string;
  /** From 1, without gaps; the workflow counts. */
  readonly requestNumber: number;
  readonly count: number;
}

/** Trials that were created for a request. */
export interface LaunchResult {
  readonly trialIds: readonly string[];
  /** The searcher has nothing left to propose. */
  readonly exhausted: boolean;
  readonly state: SweepState;
}

/** Proposes points; runs in a worker thread. */
export type Suggest = (request: SuggestRequest) => Promise<SuggestResult>;

const MAX_BATCH = 200;
const MAX_ROUNDS = 5;

/** Resumes promoted trials and creates new ones, up to `count` together. The same request number always gets the same answer. */
export async function launchTrials(
  db: Database,
  request: LaunchRequest,
  suggest: Suggest,
): Promise<LaunchResult> {
  const count = Math.min(request.count, MAX_BATCH);
  let knowledge = knowledgeFor(await readSweepRow(db, request.sweepId));
  for (let round = 1; ; round += 1) {
    const stored = await readStored(db, request);
    if (stored !== undefined) return stored;
    const sweep = await readSweepRow(db, request.sweepId);
    if (sweep.state !== 'running') return { trialIds: [], exhausted: sweep.exhausted, state: sweep.state };
    const promotions = (await promotableTrials(db, sweep)).slice(0, count);
    const proposal = await propose(db, sweep, { count: count - promotions.length, knowledge }, suggest);
    const result = await db
      .transaction((tx) => write(tx, request, { seen: sweep, proposal, promotions }))
      .catch((error: unknown) => {
        if (knowledge !== 'none' || !violates(error, NO_POINT_TWICE)) throw error;
        return 'repeated' as const;
      });
    if (result === 'repeated') {
      knowledge = 'points';
      continue;
    }
    if (result !== 'moved' || round >= MAX_ROUNDS) {
      return result === 'moved' ? { trialIds: [], exhausted: false, state: sweep.state } : result;
    }
  }
}

async function readStored(db: Database, request: LaunchRequest): Promise<LaunchResult | undefined> {
  const [row] = await db.query<{ result: LaunchResult }>(
    'SELECT result FROM launch_request WHERE sweep_id = $1 AND number = $2',
    [request.sweepId, request.requestNumber],
  );
  return row?.result;
}

/** The constraint that a point proposed twice would breach. */
const NO_POINT_TWICE = 'trial_sweep_id_parameters_key_replicate_key';

/**
 * What a searcher is told of the trials so far: everything, the points alone, or nothing. A searcher without a model needs
 * nothing as long as its points are new, which the database finds out; reading thousands of trials for each launch would make
 * a long sweep slower and slower.
 */
type Knowledge = 'all' | 'points' | 'none';

function knowledgeFor(sweep: SweepRow): Knowledge {
  switch (sweep.spec.method) {
    case 'grid':
    case 'random':
    case 'sobol':
    case 'halton':
      return sweep.spec.points.length > 0 ? 'points' : 'none';
    case 'bayes':
    case 'gp':
    case 'tpe':
    case 'nsga2':
      return 'all';
  }
}

async function known(
  db: Database,
  sweep: SweepRow,
  knowledge: Knowledge,
): Promise<Awaited<ReturnType<typeof readHistory>>> {
  if (knowledge === 'all') return readHistory(db, sweep);
  const pending = knowledge === 'points' ? await readPoints(db, sweep.id) : [];
  return { history: [], pending, maxResource: 0 };
}

async function propose(
  db: Database,
  sweep: SweepRow,
  { count, knowledge }: { readonly count: number; readonly knowledge: Knowledge },
  suggest: Suggest,
): Promise<SuggestResult> {
  const { spec } = sweep;
  const left = sweep.max_trials === null ? count : Math.min(count, sweep.max_trials - (sweep.next_trial - 1));
  if (left <= 0 || sweep.exhausted) {
    return { suggestions: [], exhausted: sweep.exhausted, model: sweep.search_model };
  }
  const { history, pending, maxResource } = await known(db, sweep, knowledge);
  const fidelity = fidelityOf(spec, maxResource);
  return suggest({
    space: spec.parameters,
    constraints: spec.constraints,
    objectives: spec.objectives.map((objective) => ({ name: objective.name, direction: objective.goal })),
    method: spec.method,
    seed: Number(sweep.seed),
    history,
    pending,
    nextNumber: sweep.next_trial - 1,
    count: left,
    ...(sweep.max_trials === null ? {} : { budget: sweep.max_trials }),
    ...(sweep.parallel === null ? {} : { parallel: sweep.parallel }),
    ...(fidelity === undefined ? {} : { fidelity }),
    ...(spec.points.length === 0 ? {} : { points: spec.points }),
    ...(sweep.search_model === null ? {} : { model: sweep.search_model }),
  });
}

/** The rungs at which trials are compared, once it is known how far trials go. */
function fidelityOf(spec: SweepSpec, reached: number): SuggestRequest['fidelity'] {
  const rule = spec.early_terminate;
  if (rule === undefined) return undefined;
  const declared = 'max_resource' in rule ? rule.max_resource : undefined;
  const maxResource = declared ?? reached;
  const rungs = maxResource > 0 ? rungsOf(rule, 0, maxResource) : [];
  return rungs.length === 0 ? undefined : { rungs, maxResource };
}

/** What is to be written, and the sweep as it was when that was decided. */
interface Plan {
  readonly seen: SweepRow;
  readonly proposal: SuggestResult;
  /** Numbers of paused trials to resume. */
  readonly promotions: readonly number[];
}

/** Writes a plan, unless trials were created by someone else since it was made: then it says `moved`. */
async function write(tx: Tx, request: LaunchRequest, plan: Plan): Promise<LaunchResult | 'moved'> {
  const { seen, proposal } = plan;
  const sweep = await lockSweep(tx, request.sweepId);
  const [stored] = await tx.query<{ result: LaunchResult }>(
    'SELECT result FROM launch_request WHERE sweep_id = $1 AND number = $2',
    [request.sweepId, request.requestNumber],
  );
  if (stored !== undefined) return stored.result;
  if (sweep.next_trial !== seen.next_trial) return 'moved';
  if (sweep.state !== 'running') return { trialIds: [], exhausted: false, state: sweep.state };
  const left = sweep.max_trials === null ? Infinity : sweep.max_trials - (sweep.next_trial - 1);
  const suggestions = proposal.suggestions.slice(0, left);
  const resumed = await resumeTrials(tx, sweep, plan.promotions);
  const created = await insertTrials(tx, sweep, suggestions);
  if (sweep.max_trials !== null && created.length > 0) {
    const budget = budgetIdOf(sweep.id, 'trials');
    await post(tx, [
      {
        orgId: sweep.org_id,
        kind: 'consume',
        key: `trials:${sweep.id}:${request.requestNumber}`,
        transfers: [
          {
            from: accountOf(budget, 'avail'),
            to: accountOf(budget, 'spent'),
            amount: BigInt(created.length),
          },
        ],
      },
    ]);
  }
  const trialIds = [...resumed, ...created];
  const result: LaunchResult = { trialIds, exhausted: proposal.exhausted, state: sweep.state };
  await tx.query('INSERT INTO launch_request (sweep_id, number, result) VALUES ($1, $2, $3)', [
    sweep.id,
    request.requestNumber,
    JSON.stringify(result),
  ]);
  await tx.query(
    `UPDATE sweep SET next_trial = next_trial + $2, next_launch = greatest(next_launch, $3 + 1), exhausted = $4,
       search_model = $5 WHERE id = $1`,
    [
      sweep.id,
      created.length,
      request.requestNumber,
      proposal.exhausted,
      JSON.stringify(proposal.model ?? null),
    ],
  );
  return result;
}

/** Inserts trials with their runs and first attempts, numbered from the sweep's counter. The sweep is locked. */
export async function insertTrials(
  tx: Tx,
  sweep: SweepRow,
  suggestions: readonly Pick<Suggestion, 'parameters' | 'info'>[],
): Promise<string[]> {
  if (suggestions.length === 0) return [];
  const rows = suggestions.map((suggestion, index) => trialRow(sweep, sweep.next_trial + index, suggestion));
  const json = JSON.stringify(rows);
  await tx.query(
    `INSERT INTO run (id, org_id, project_id, name, display_name, state, config, created_at, updated_at)
     SELECT r->>'runId', $2, $3, r->>'runId', r->>'displayName', 'pending', r->'parameters', t.now, t.now
     FROM jsonb_array_elements($1::jsonb) r, (SELECT clock_timestamp() AS now) t`,
    [json, sweep.org_id, sweep.project_id],
  );
  await tx.query(
    `INSERT INTO trial (id, sweep_id, project_id, run_id, number, parameters, parameters_key, info, state, bracket,
       attempt_count, created_at)
     SELECT r->>'id', $2, $3, r->>'runId', (r->>'number')::int, r->'parameters', r->>'parametersKey', r->'info', 'queued',
       (r->>'bracket')::int, 1, clock_timestamp() FROM jsonb_array_elements($1::jsonb) r`,
    [json, sweep.id, sweep.project_id],
  );
  await tx.query(
    `INSERT INTO attempt (id, trial_id, sweep_id, pool_id, number, cause, state, slots, priority, enqueued_at)
     SELECT r->>'attemptId', r->>'id', $2, $3, 1, 'first', 'queued', $4, $5, clock_timestamp()
     FROM jsonb_array_elements($1::jsonb) r ORDER BY (r->>'number')::int`,
    [json, sweep.id, sweep.pool_id, sweep.spec.resources.gpus, sweep.spec.priority],
  );
  await enqueueOutbox(
    tx,
    rows.map((row) => ({
      topic: 'trial.start',
      key: row.id,
      payload: { trialId: row.id, sweepId: sweep.id },
    })),
  );
  await publish(
    tx,
    rows.map((row) => ({
      projectId: sweep.project_id,
      topic: `sweep:${sweep.id}`,
      name: 'trial.created',
      entity: { id: row.id, number: row.number, state: 'queued', parameters: row.parameters },
    })),
  );
  await recallAhead(tx, { poolId: sweep.pool_id, belowPriority: sweep.spec.priority });
  await wakePool(tx, sweep.pool_id);
  return rows.map((row) => row.id);
}

interface TrialRow {
  readonly id: string;
  readonly runId: string;
  readonly attemptId: string;
  readonly displayName: string;
  readonly number: number;
  readonly bracket: number;
  readonly parameters: TrialParameters;
  readonly parametersKey: string;
  readonly info: unknown;
}

function trialRow(
  sweep: { readonly id: string; readonly name: string; readonly spec: SweepSpec },
  number: number,
  suggestion: Pick<Suggestion, 'parameters' | 'info'>,
): TrialRow {
  const id = trialIdOf(sweep.id, number);
  const rule = sweep.spec.early_terminate;
  return {
    id,
    runId: runIdOf(id),
    attemptId: attemptIdOf(id, 1),
    displayName: `${sweep.name}-${number}`,
    number,
    bracket: rule === undefined ? 0 : bracketOf(rule, number),
    parameters: suggestion.parameters,
    parametersKey: canonicalParameters(suggestion.parameters),
    info: suggestion.info,
  };
}
