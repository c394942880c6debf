// A node without processes: speaks the agents' protocol over real HTTP and "runs" an attempt by sending one measurement and its end.
// Hundreds of them fit into one process, so that the system and not the trials is what a scenario or a benchmark loads.
import { randomUUID } from 'node:crypto';
import type {
  CompleteReply,
  HeartbeatReply,
  LeaseGrant,
  LeasePollReply,
  NodeRegistered,
} from '@swath/contracts';

/** What to start. */
export interface FakeAgentOptions {
  /** Address of the API. */
  readonly url: string;
  readonly agentKey: string;
  readonly name: string;
  readonly slots: number;
  /** What a trial measures; default its number. */
  readonly loss?: (grant: LeaseGrant) => number;
  /** Called when a lease arrives, before anything else. */
  readonly onLease?: (grant: LeaseGrant) => void;
}

const POLL_MS = 20_000;
const RETRY_MS = 200;

/** A running fake agent. */
export class FakeAgent {
  readonly #options: FakeAgentOptions;
  readonly #incarnation = randomUUID();
  readonly #stopping = new AbortController();
  readonly #held = new Map<string, number>();
  #node: NodeRegistered | undefined;
  #loops: Promise<unknown> = Promise.resolve();
  /** Attempts that were run to their end. */
  completed = 0;

  private constructor(options: FakeAgentOptions) {
    this.#options = options;
  }

  /** Registers the node and begins to ask for work with every slot. */
  static async start(options: FakeAgentOptions): Promise<FakeAgent> {
    const agent = new FakeAgent(options);
    const slots = Array.from({ length: options.slots }, (_, index) => ({
      index,
      kind: 'simulated',
      uuid: `SIM-${index}`,
      model: 'fake',
      memoryMiB: 1024,
      healthy: true,
    }));
    agent.#node = await agent.#send<NodeRegistered>('/agent/v1/nodes', {
      name: options.name,
      pool: 'local',
      incarnation: agent.#incarnation,
      slots,
      protocols: [1],
      agentVersion: 'fake',
      isolation: 'session',
    });
    const loops = slots.map(({ index }) => agent.#work(index));
    agent.#loops = Promise.all([...loops, agent.#beat()]);
    return agent;
  }

  /** Ends its requests and signs the node off. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loops.catch(() => undefined);
    await this.#post(`/agent/v1/nodes/${this.#node?.nodeId}:leave`, {}).catch(() => undefined);
  }

  /** One slot: a poll, then trial after trial, each with the lease that came with the end of the one before. */
  async #work(slot: number): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const path = `/agent/v1/nodes/${this.#node?.nodeId}/leases:poll`;
      const reply = await this.#send<LeasePollReply>(path, this.#offer(slot, POLL_MS));
      let grant = reply?.leases[0];
      while (grant !== undefined && !signal.aborted) grant = await this.#run(grant, slot);
    }
  }

  #offer(slot: number, waitMs: number): object {
    return { offerId: randomUUID(), generation: this.#node?.generation, free: [slot], waitMs };
  }

  async #run(grant: LeaseGrant, slot: number): Promise<LeaseGrant | undefined> {
    const { loss = ({ trialNumber }) => trialNumber, onLease } = this.#options;
    onLease?.(grant);
    this.#held.set(grant.leaseId, grant.attempt);
    await this.#send(`/agent/v1/runs/${grant.runId}/metrics`, {
      attempt: grant.attempt,
      stream: 'metrics',
      seq: 1,
      rows: [{ step: 1, values: { loss: loss(grant) } }],
    });
    const reply = await this.#send<CompleteReply>(`/agent/v1/leases/${grant.leaseId}:complete`, {
      attempt: grant.attempt,
      exit: { code: 0, signal: null, cause: 'exit', reaped: true, durationMs: 1 },
      poll: this.#offer(slot, 0),
    });
    this.#held.delete(grant.leaseId);
    this.completed += 1;
    return reply?.next?.leases[0];
  }

  async #beat(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const leases = [...this.#held].map(([leaseId, attempt]) => ({ leaseId, attempt }));
      await this.#send<HeartbeatReply>(`/agent/v1/nodes/${this.#node?.nodeId}/heartbeat`, {
        incarnation: this.#incarnation,
        generation: this.#node?.generation,
        leases,
      });
      await this.#pause(this.#node?.heartbeatMs ?? 15_000);
    }
  }

  /** Repeats a request until it is answered; a refusal (4xx) is an answer. */
  async #send<Reply>(path: string, body: object): Promise<Reply | undefined> {
    while (!this.#stopping.signal.aborted) {
      const reply = await this.#post(path, body, this.#stopping.signal).catch(() => undefined);
      if (reply !== undefined && reply.status < 500) {
        const text = await reply.text();
        return reply.ok && text !== '' ? (JSON.parse(text) as Reply) : undefined;
      }
      await this.#pause(RETRY_MS);
    }
    return undefined;
  }

  #post(path: string, body: object, signal?: AbortSignal): Promise<Response> {
    return fetch(`${this.#options.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#options.agentKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  async #pause(milliseconds: number): Promise<void> {
    const { signal } = this.#stopping;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal.addEventListener('abort', done);
    });
  }
}
