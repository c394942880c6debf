// A fleet for database tests: a new installation with its first keys, a node with slots, sweeps, and the moves of an agent,
// without HTTP and without processes.
import type { LeaseGrant, LeasePollReply, ProcessExit, SweepSpec } from '@swath/contracts';
import {
  advanceTrial,
  completeLease,
  createBudget,
  createFirstKeys,
  firstIds,
  launchTrials,
  pollLeases,
  readBudget,
  recordMetrics,
  registerNode,
  submitSweep,
  tokenSecret,
  type BudgetSummary,
  type ScopeBudget,
} from '@swath/lifecycle';
import { Database, type FaultInjector } from '@swath/persistence';
import { suggest } from '@swath/search';
import { createTestDatabase } from './database.js';

/** An exit with status 0. */
export const cleanExit: ProcessExit = { code: 0, signal: null, cause: 'exit', reaped: true, durationMs: 1 };

/** A resolved spec with defaults for tests; a random search over one parameter. */
export function aSpec(over: Partial<SweepSpec> = {}): SweepSpec {
  return {
    method: 'random',
    objectives: [{ name: 'loss', goal: 'minimize', value: 'best' }],
    parameters: { lr: { distribution: 'uniform', min: 0, max: 1 } },
    constraints: [],
    points: [],
    command: ['true'],
    env: {},
    budget: { max_trials: 10, on_exhaust: 'stop_new' },
    resources: { pool: 'local', gpus: 1 },
    retries: { infrastructure: 3, preemption: 10, user: 0 },
    priority: 0,
    ignored: {},
    ...over,
  };
}

/** One installation in its own database. */
export class TestFleet {
  private offers = 0;

  private constructor(
    readonly db: Database,
    readonly secret: Buffer,
    readonly nodeId: string,
    private readonly slots: number,
    private readonly drop: () => Promise<void>,
  ) {}

  /** Creates a database, an installation, and one node with free slots. `faults` begin to be asked at the first statement. */
  static async start(slots = 2, faults?: FaultInjector): Promise<TestFleet> {
    const database = await createTestDatabase();
    const db = await Database.connect(database.url, faults === undefined ? {} : { faults });
    await createFirstKeys(db, { apiKey: `swk_${'a'.repeat(40)}`, agentKey: `swa_${'b'.repeat(40)}` });
    const node = await registerNode(db, {
      orgId: firstIds.org,
      poolName: null,
      node: {
        name: 'node-1',
        pool: 'local',
        incarnation: 'i1',
        protocols: [1],
        agentVersion: 'test',
        isolation: 'session',
        slots: Array.from({ length: slots }, (_, index) => ({
          index,
          kind: 'simulated' as const,
          uuid: `SIM-${index}`,
          model: 'test',
          memoryMiB: 1024,
          healthy: true,
        })),
      },
    });
    return new TestFleet(db, await tokenSecret(db), node.nodeId, slots, () => database.drop());
  }

  /** Submits a sweep to the first project. */
  async submit(spec: SweepSpec): Promise<string> {
    const { sweepId } = await submitSweep(this.db, {
      projectId: firstIds.project,
      principalId: 'us_first',
      spec,
    });
    return sweepId;
  }

  /** Launches trials as the sweep workflow would. */
  async launch(sweepId: string, requestNumber: number, count: number): ReturnType<typeof launchTrials> {
    return launchTrials(this.db, { sweepId, requestNumber, count }, (request) =>
      Promise.resolve(suggest(request)),
    );
  }

  /** One look for work with every slot offered, under a new offer unless one is named. */
  async poll(offerId?: string): Promise<LeaseGrant[]> {
    this.offers += 1;
    const free = Array.from({ length: this.slots }, (_, index) => index);
    const reply = await pollLeases(this.db, {
      nodeId: this.nodeId,
      secret: this.secret,
      poll: { offerId: offerId ?? `offer-${this.offers}`, generation: 1, free, waitMs: 0 },
    });
    return reply.leases;
  }

  /** One look for work with the given slots offered, and leases ahead asked for. */
  async pollAhead(ahead: number, free: readonly number[] = []): Promise<LeasePollReply> {
    this.offers += 1;
    return pollLeases(this.db, {
      nodeId: this.nodeId,
      secret: this.secret,
      poll: { offerId: `offer-${this.offers}`, generation: 1, free: [...free], waitMs: 0, ahead },
    });
  }

  /** Logs values of the objective, one row each, as one batch. */
  async log(grant: LeaseGrant, seq: number, values: readonly number[]): ReturnType<typeof recordMetrics> {
    const rows = values.map((loss) => ({ values: { loss } }));
    return recordMetrics(this.db, {
      runId: grant.runId,
      batch: { attempt: grant.attempt, stream: 'metrics', seq, rows },
    });
  }

  /** Ends an attempt and lets its trial move on, as agent and trial workflow would. */
  async end(grant: LeaseGrant, exit: ProcessExit = cleanExit): ReturnType<typeof advanceTrial> {
    await completeLease(this.db, {
      nodeId: this.nodeId,
      leaseId: grant.leaseId,
      body: { attempt: grant.attempt, exit },
    });
    return advanceTrial(this.db, grant.trialId);
  }

  /** Opens a budget, by default a HARD one of the project in money; returns its id. */
  openBudget(over: Partial<ScopeBudget> = {}): Promise<string> {
    const budget: ScopeBudget = {
      ...{ orgId: firstIds.org, scopeKind: 'project', scopeId: firstIds.project, unit: 'money:USD' },
      ...{ limit: 1_000_000n, mode: 'HARD', onExhaust: 'stop_new', actor: 'us_first', reason: 'test' },
      ...over,
    };
    return this.db.transaction((tx) => createBudget(tx, budget));
  }

  /** A budget as it stands. */
  readBudget(budgetId: string): Promise<BudgetSummary> {
    return readBudget(this.db, { budgetId, orgId: firstIds.org, projectId: null });
  }

  /** Closes the connection and drops the database. */
  async stop(): Promise<void> {
    await this.db.close();
    await this.drop();
  }
}
