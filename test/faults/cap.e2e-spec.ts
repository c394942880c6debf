// The promise of money: a HARD cap under 24 concurrent workers, three calls in ten sent twice at once, while PostgreSQL and the API are
// killed with SIGKILL in the middle of it. What is judged are the ledger's own rows: every moment, not only the end.
import { createPool, firstIds, launchTrials, openBudget, submitSweep, verifyLedger } from '@swath/lifecycle';
import type {
  CompleteReply,
  HeartbeatReply,
  LeaseGrant,
  LeasePollReply,
  NodeRegistered,
} from '@swath/contracts';
import { aSpec, ledgerDrift, overshoots, planFaults, Seeded } from '@swath/testing';
import { suggest } from '@swath/search';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyFaults, faultSeed } from '../support/nemesis.js';
import { Product, until } from '../support/product.js';

const POOLS = 4;
const WORKERS = 24;
const REPEATED = 0.3;
/** A lease holds 0.161 units and at least 0.056: between four and twelve fit, 24 ask. */
const CAP = 700_000n;
const MICROS_PER_HOUR = 3_600_000n;

let product: Product;
beforeAll(async () => {
  product = await Product.start({ agents: [], apis: 2, orchestrators: 0, ownServices: true });
});
afterAll(async () => {
  await product.stop();
});

/** What callers were promised, to be found again in the rows. */
interface Acknowledged {
  readonly granted: Set<string>;
  readonly ended: Set<string>;
  refused: number;
  repeated: number;
}

/** One worker: a node of one slot that speaks the agents' protocol and repeats each call until it has a definite answer. */
class Worker {
  private readonly random: Seeded;
  private calls = 0;

  constructor(
    private readonly index: number,
    private readonly acknowledged: Acknowledged,
  ) {
    this.random = new Seeded(faultSeed() * 1_000 + index);
  }

  async run(signal: AbortSignal): Promise<void> {
    const node = await this.call<NodeRegistered>('nodes', {
      name: `worker-${this.index}`,
      pool: `pool-${this.index % POOLS}`,
      incarnation: `i-${this.index}`,
      protocols: [1],
      agentVersion: 'test',
      isolation: 'session',
      slots: [{ index: 0, kind: 'simulated', uuid: 'SIM-0', model: 'test', memoryMiB: 1024, healthy: true }],
    });
    for (let round = 0; !signal.aborted; round += 1) {
      const [first, second] = await this.twice(`nodes/${node.nodeId}/leases:poll`, {
        offerId: `${node.nodeId}-${round}`,
        generation: node.generation,
        free: [0],
        waitMs: 0,
      });
      // The repeated look may find what the first did not; the offer's leases are those of both answers.
      const grants = [first, second].flatMap((reply) => (reply as LeasePollReply | undefined)?.leases ?? []);
      const grant = grants[0];
      if (grant === undefined) this.acknowledged.refused += 1;
      else await this.attempt(node, grant);
    }
  }

  private async attempt(node: NodeRegistered, grant: LeaseGrant): Promise<void> {
    const { leaseId, attempt } = grant;
    this.acknowledged.granted.add(leaseId);
    if (this.random.chance(0.3)) {
      // Near its end as if most of the quantum had passed: the next heartbeat settles it and extends its hold.
      await product.db
        .query(
          `UPDATE lease SET expires_at = least(expires_at, clock_timestamp() + interval '5 seconds') WHERE id = $1`,
          [leaseId],
        )
        .catch(() => undefined);
      (await this.twice(`nodes/${node.nodeId}/heartbeat`, {
        incarnation: `i-${this.index}`,
        generation: node.generation,
        leases: [{ leaseId, attempt }],
      })) satisfies readonly (HeartbeatReply | undefined)[];
    }
    const exit = { code: 0, signal: null, cause: 'exit', reaped: true, durationMs: 1 };
    (await this.twice(`leases/${leaseId}:complete`, { attempt, exit })) satisfies readonly (
      CompleteReply | undefined
    )[];
    this.acknowledged.ended.add(leaseId);
  }

  /** Three calls in ten are sent twice at the same moment. */
  private async twice<Reply>(path: string, body: object): Promise<(Reply | undefined)[]> {
    if (!this.random.chance(REPEATED)) return [await this.call<Reply>(path, body)];
    this.acknowledged.repeated += 1;
    return Promise.all([this.call<Reply>(path, body), this.call<Reply>(path, body)]);
  }

  /** Sends until there is an answer that is not a fault of the server, to one API replica and then to the other. */
  private async call<Reply>(path: string, body: object): Promise<Reply> {
    for (;;) {
      this.calls += 1;
      const url = product.urlOf(this.calls % 2 === 0 ? 'api' : 'api2');
      const response = await fetch(`${url}/agent/v1/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${product.agentKey}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(10_000),
      }).catch(() => undefined);
      if (response !== undefined && response.status < 500) {
        const text = await response.text().catch(() => undefined);
        if (text !== undefined) {
          if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
          return (text === '' ? undefined : JSON.parse(text)) as Reply;
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** One cap over the project, and pools and sweeps that all spend from it. */
async function prepare(): Promise<void> {
  await product.db.transaction((tx) =>
    openBudget(tx, {
      ...{ orgId: firstIds.org, scopeKind: 'project', scopeId: firstIds.project, unit: 'money:USD' },
      ...{ limit: CAP, mode: 'HARD', onExhaust: 'stop_new', actor: 'test' },
    }),
  );
  for (let pool = 0; pool < POOLS; pool += 1) {
    const name = `pool-${pool}`;
    const price = { currency: 'USD', microsPerHour: MICROS_PER_HOUR, source: 'test' };
    await createPool(product.db, { orgId: firstIds.org, name, price });
    const { sweepId } = await submitSweep(product.db, {
      ...{ projectId: firstIds.project, principalId: 'us_first' },
      spec: aSpec({
        resources: { pool: name, gpus: 1 },
        budget: { max_trials: 3_000, on_exhaust: 'stop_new' },
      }),
    });
    for (let request = 1; request <= 2; request += 1) {
      await launchTrials(product.db, { sweepId, requestNumber: request, count: 200 }, (asked) =>
        Promise.resolve(suggest(asked)),
      );
    }
  }
}

async function killPostgres(kills: number): Promise<void> {
  const gaps = { gapMs: [500, 1_500], downMs: [0, 200] } as const;
  const faults = planFaults({ ...gaps, seed: faultSeed(), targets: ['postgres'], kills });
  await applyFaults(product, faultSeed(), faults);
}

/** Kills the replicas in turn. One that finds PostgreSQL away when it starts is started again, as a supervisor would. */
async function killApis(kills: number): Promise<void> {
  for (let kill = 0; kill < kills; kill += 1) {
    const part = kill % 2 === 0 ? 'api' : 'api2';
    await product.kill(part);
    await until(`${part} to be back`, () =>
      product.startPart(part).then(
        () => true,
        () => undefined,
      ),
    );
  }
}

describe('a HARD cap', () => {
  it('holds at every moment while PostgreSQL and the API are killed ten times, and nothing acknowledged is lost', async () => {
    await prepare();
    const acknowledged: Acknowledged = { granted: new Set(), ended: new Set(), refused: 0, repeated: 0 };
    const ending = new AbortController();
    const work = Array.from({ length: WORKERS }, (_, index) =>
      new Worker(index, acknowledged).run(ending.signal),
    );
    await Promise.all([killPostgres(6), killApis(4)]);
    ending.abort();
    await Promise.all(work);
    const { granted, ended, refused, repeated } = acknowledged;
    process.stdout.write(
      `cap: ${granted.size} leases granted, ${ended.size} ended, ${refused} refused, ${repeated} calls sent twice\n`,
    );
    expect(granted.size).toBeGreaterThan(WORKERS);
    expect(refused).toBeGreaterThan(WORKERS);
    expect(await overshoots(product.db)).toEqual([]);
    expect(await ledgerDrift(product.db)).toEqual([]);
    expect((await verifyLedger(product.db, firstIds.org)).findings).toEqual([]);
    const rows = await product.db.query<{ id: string }>(`SELECT id FROM lease WHERE state = 'ended'`);
    expect(rows.map(({ id }) => id).sort()).toEqual([...ended].sort());
    expect([...granted].sort()).toEqual([...ended].sort());
    const balances = await product.db.query<{ kind: string; balance: bigint }>(
      `SELECT kind, balance FROM ledger_account WHERE budget_id LIKE 'bd_pj%' AND kind IN ('held', 'overdraft') ORDER BY kind`,
    );
    expect(balances.map(({ balance }) => balance)).toEqual([0n, 0n]);
  });
});
