/**
 * What a principal may reach: its own project's sweeps, its pool's nodes, its own run. Foreign things answer as if they did
 * not exist. Answers that cannot change are remembered, because the agent's hot paths ask each time.
 */
import { Injectable } from '@nestjs/common';
import { DomainError } from '@swath/contracts';
import { listPools, readSweep, readTrial } from '@swath/lifecycle';
import type { PoolSummary, Principal, SweepSummary, TrialSummary } from '@swath/lifecycle';
import { Database } from '@swath/persistence';

const REMEMBERED = 50_000;

/** A person or service. */
export type Person = Extract<Principal, { kind: 'user' | 'service' }>;

/** Checks reach. */
@Injectable()
export class Access {
  private readonly nodePools = new Map<string, { orgId: string; pool: string; poolId: string }>();
  private readonly runPools = new Map<string, { orgId: string; pool: string }>();

  constructor(private readonly db: Database) {}

  /** The project a person works in. @throws `project/not-found` */
  async project(caller: Principal, asked: string | undefined): Promise<string> {
    const { projectId } = this.person(caller);
    if (projectId !== null) {
      if (asked !== undefined && asked !== projectId) {
        throw new DomainError('project/not-found', `there is no project ${asked}`);
      }
      return projectId;
    }
    if (asked === undefined) {
      throw new DomainError('project/not-found', 'this key is bound to no project; name one in "project"');
    }
    const rows = await this.db.query<{ id: string }>('SELECT id FROM project WHERE id = $1 AND org_id = $2', [
      asked,
      caller.orgId,
    ]);
    if (rows.length === 0) throw new DomainError('project/not-found', `there is no project ${asked}`);
    return asked;
  }

  /** A sweep that the person may see. @throws `sweep/not-found` */
  async sweep(caller: Principal, sweepId: string): Promise<SweepSummary> {
    const person = this.person(caller);
    const sweep = await readSweep(this.db, { sweepId, orgId: person.orgId });
    if (person.projectId !== null && sweep.projectId !== person.projectId) {
      throw new DomainError('sweep/not-found', `there is no sweep ${sweepId}`);
    }
    return sweep;
  }

  /** A trial that the person may see. @throws `trial/not-found` */
  async trial(caller: Principal, trialId: string): Promise<TrialSummary> {
    const person = this.person(caller);
    const trial = await readTrial(this.db, { trialId, orgId: person.orgId });
    if (person.projectId !== null && trial.projectId !== person.projectId) {
      throw new DomainError('trial/not-found', `there is no trial ${trialId}`);
    }
    return trial;
  }

  /** A pool of the person's organisation. @throws `pool/not-found` */
  async pool(caller: Principal, poolId: string): Promise<PoolSummary> {
    const pools = await listPools(this.db, caller.orgId);
    const pool = pools.find(({ id, name }) => id === poolId || name === poolId);
    if (pool === undefined) throw new DomainError('pool/not-found', `there is no pool ${poolId}`);
    return pool;
  }

  /** The pool id of a node that the agent's key reaches. @throws `node/unknown` */
  async node(caller: Principal, nodeId: string): Promise<string> {
    let node = this.nodePools.get(nodeId);
    if (node === undefined) {
      [node] = await this.db.query<{ orgId: string; pool: string; poolId: string }>(
        'SELECT n.org_id AS "orgId", p.name AS pool, p.id AS "poolId" FROM node n JOIN pool p ON p.id = n.pool_id WHERE n.id = $1',
        [nodeId],
      );
      if (node !== undefined) remember(this.nodePools, nodeId, node);
    }
    if (node === undefined || !reaches(caller, node)) {
      throw new DomainError('node/unknown', `there is no node ${nodeId}`);
    }
    return node.poolId;
  }

  /** Checks that an attempt or agent may write to a run. @throws `run/not-found` */
  async writableRun(caller: Principal, runId: string): Promise<void> {
    if (caller.kind === 'attempt') {
      if (caller.runId === runId) return;
      throw new DomainError('run/not-found', `there is no run ${runId} of this attempt`);
    }
    let run = this.runPools.get(runId);
    if (run === undefined) {
      [run] = await this.db.query<{ orgId: string; pool: string }>(
        `SELECT s.org_id AS "orgId", p.name AS pool FROM trial t JOIN sweep s ON s.id = t.sweep_id JOIN pool p ON p.id = s.pool_id
         WHERE t.run_id = $1`,
        [runId],
      );
      if (run !== undefined) remember(this.runPools, runId, run);
    }
    if (run === undefined || !reaches(caller, run)) {
      throw new DomainError('run/not-found', `there is no run ${runId}`);
    }
  }

  /** The caller as a person or service. @throws `auth/forbidden` */
  person(caller: Principal): Person {
    if (caller.kind === 'user' || caller.kind === 'service') return caller;
    throw new DomainError('auth/forbidden', 'this address needs an API key of a person or service');
  }
}

function reaches(caller: Principal, { orgId, pool }: { orgId: string; pool: string }): boolean {
  return (
    caller.kind === 'agent' &&
    caller.orgId === orgId &&
    (caller.poolName === null || caller.poolName === pool)
  );
}

function remember<V>(map: Map<string, V>, key: string, value: V): void {
  if (map.size >= REMEMBERED) map.clear();
  map.set(key, value);
}
