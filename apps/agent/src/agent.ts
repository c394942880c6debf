/**
 * One agent: takes its folder, finds what an earlier agent left, registers the node, and runs what it is leased until it
 * is told to leave. Made by `main.ts`; the life of one attempt is in `attempt/run-attempt.ts`.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LeaseCommand, LeaseGrant, RegisterNode } from '@swath/contracts';
import type { AgentConfig } from './agent.config.js';
import { lockFolder } from './agent-lock.js';
import { findAttempts } from './attempt/adopt-attempts.js';
import type { FoundAttempt } from './attempt/adopt-attempts.js';
import type { Attempt } from './attempt/attempt.js';
import { PreparedAttempt } from './attempt/prepare-attempt.js';
import { giveBack, reportEnded, reportUnstarted } from './attempt/report-ended.js';
import { reportStart } from './attempt/report-start.js';
import { followAttempt } from './attempt/run-attempt.js';
import type { AttemptContext } from './attempt/attempt-context.js';
import { followCommands } from './gateway/command-stream.js';
import { GatewayClient } from './gateway/gateway-client.js';
import { chooseProvider } from './gpu/detect.js';
import type { SlotProvider } from './gpu/slot-provider.js';
import { GuardPool } from './guard/guard-pool.js';
import { detectIsolation } from './guard/isolation.js';
import type { Isolation } from './guard/isolation.js';
import { rotateProcessJournal } from './guard/process-journal.js';
import { AheadLeases } from './lease/ahead-leases.js';
import { HeartbeatLoop } from './lease/heartbeat.js';
import { LeasePoller } from './lease/lease-poller.js';
import type { ReceivedLease } from './lease/received-lease.js';
import { NodeSession } from './lease/node-session.js';
import { SlotTable } from './lease/slot-table.js';
import type { Log } from './log.js';
import { AGENT_VERSION, PROTOCOLS } from './version.js';

/** Guards that wait on a node with many slots: a start of all at once is rare, and each takes memory. */
const MAX_IDLE_GUARDS = 4;

/** Parts that a caller may choose. */
export interface AgentOptions {
  readonly config: AgentConfig;
  readonly log: Log;
  /** The guard script with its flags of Node; the compiled one beside this file by default. */
  readonly guardScript?: readonly string[];
  /** Found by trying when absent. */
  readonly isolation?: Isolation;
  /** How often devices are looked at again, milliseconds; one minute. */
  readonly inventoryMs?: number;
}

/** An attempt that cannot be started yet. */
interface Restoring {
  readonly prepared: PreparedAttempt;
  /** What the server wants of it once it runs. */
  command?: LeaseCommand;
  /** The lease is not this node's any more. */
  lost?: true;
}

/** A running agent. */
export class Agent {
  readonly #config: AgentConfig;
  readonly #log: Log;
  readonly #incarnation = randomUUID();
  readonly #leaving = new AbortController();
  readonly #gone = new AbortController();
  readonly #attempts = new Map<string, Attempt>();
  /** Attempts on slots of their own whose checkpoint is being brought here. */
  readonly #restoring = new Map<string, Restoring>();
  readonly #following = new Set<Promise<void>>();
  /** Leases that ended while no agent was there: the server must wait for the report of their end. */
  readonly #adoptedEnds: string[] = [];
  readonly #unlock: () => void;
  readonly #gateway: GatewayClient;
  readonly #slots: SlotTable;
  readonly #session: NodeSession;
  readonly #ahead: AheadLeases;
  readonly #poller: LeasePoller;
  readonly #heartbeat: HeartbeatLoop;
  readonly #isolation: Isolation;
  readonly #guards: GuardPool;
  readonly #context: AttemptContext;
  #inventoryTimer: NodeJS.Timeout | undefined;

  private constructor(options: AgentOptions, isolation: Isolation, provider: SlotProvider) {
    const { config, log } = options;
    this.#config = config;
    this.#log = log;
    this.#isolation = isolation;
    this.#unlock = lockFolder(config.folder);
    rotateProcessJournal(join(config.folder, 'processes.jsonl'));
    this.#gateway = new GatewayClient(config.host, config.agentKey);
    this.#slots = new SlotTable(() => this.#poller.offerFree());
    const signal = this.#leaving.signal;
    const gateway = this.#gateway;
    this.#session = new NodeSession({
      gateway,
      describe: () => this.#describe(),
      onRegistered: (live) => this.#endWhatIsNotLive(live),
      signal: this.#gone.signal,
      log,
    });
    this.#ahead = new AheadLeases({
      slots: this.#slots,
      running: () => [...this.#attempts.values()],
      prepare: (lease) => new PreparedAttempt(lease, this.#context),
      onStarted: (attempt) => this.#track(attempt),
      onReady: () => this.#poller.offerFree(),
      giveBack: (grant) => this.#follow(giveBack(grant, this.#context)),
      log,
    });
    this.#poller = new LeasePoller({
      gateway,
      session: this.#session,
      slots: this.#slots,
      ahead: this.#ahead,
      onLease: (lease) => this.#begin(lease),
      onStarted: (attempt) => this.#follow(reportStart(attempt, this.#context)),
      signal,
      gone: this.#gone.signal,
      log,
    });
    this.#heartbeat = new HeartbeatLoop({
      gateway,
      session: this.#session,
      incarnation: this.#incarnation,
      leases: () => this.#grants().map(({ leaseId, attempt }) => ({ leaseId, attempt })),
      onRenewed: (leaseId, deadlineNs) => {
        this.#attempts.get(leaseId)?.renew(deadlineNs);
        this.#restoring.get(leaseId)?.prepared.renew(deadlineNs);
        this.#ahead.renew(leaseId, deadlineNs);
      },
      onCommand: (command) => this.#obey(command),
      onDrain: () => undefined,
      log,
    });
    this.#guards = new GuardPool({
      isolation,
      script: options.guardScript ?? [fileURLToPath(new URL('./guard/guard.js', import.meta.url))],
    });
    this.#context = this.#contextOf(provider);
  }

  /**
   * Starts an agent; resolves when the node is registered and offers its slots.
   *
   * @throws Error when the folder is taken or the devices asked for are not there
   */
  static async start(options: AgentOptions): Promise<Agent> {
    const { config, log } = options;
    mkdirSync(config.folder, { recursive: true, mode: 0o700 });
    const [isolation, provider] = await Promise.all([
      options.isolation ?? detectIsolation(),
      chooseProvider(config, log),
    ]);
    const slots = await provider.discover();
    if (slots.length === 0) throw new Error(`the ${provider.kind} provider finds no device on this node`);
    const agent = new Agent(options, isolation, provider);
    log.info(
      {
        isolation: isolation.kind,
        why: isolation.why || undefined,
        provider: provider.kind,
        slots: slots.length,
      },
      'agent starting',
    );
    await agent.#run(slots, options.inventoryMs ?? 60_000);
    return agent;
  }

  /**
   * Leaves in order: no new lease, the running attempts preempted with their grace (at most `graceMs`), their ends
   * reported, the node signed off. What cannot be delivered within `deliverMs` stays on disk for the next agent.
   */
  async drain(graceMs: number, deliverMs: number): Promise<void> {
    this.#leaving.abort();
    const offersClosed = this.#poller.stop();
    this.#ahead.close();
    clearInterval(this.#inventoryTimer);
    for (const attempt of this.#attempts.values()) {
      attempt.stop('preempted', Math.min(graceMs, attempt.grant.graceMs));
    }
    const late = setTimeout(() => this.#gone.abort(), graceMs + deliverMs);
    await offersClosed;
    await Promise.all(this.#following);
    if (!this.#gone.signal.aborted && this.#session.nodeId !== '') {
      await this.#gateway.leave(this.#session.nodeId, this.#gone.signal).catch((error: unknown) => {
        this.#log.warn({ reason: String(error) }, 'could not sign the node off');
      });
    }
    clearTimeout(late);
    this.#gone.abort();
    this.#guards.close();
    this.#gateway.close();
    this.#unlock();
  }

  /** Kills everything at once, without reports; the next agent on this folder reports them. For a second signal. */
  killNow(): void {
    for (const attempt of this.#attempts.values()) attempt.killNow();
  }

  #contextOf(provider: SlotProvider): AttemptContext {
    const { folder, host, agentKey, inherited } = this.#config;
    return {
      gateway: this.#gateway,
      guards: this.#guards,
      namespace: this.#isolation.kind === 'pid_namespace',
      slots: this.#slots,
      poller: this.#poller,
      ahead: this.#ahead,
      provider,
      agentFolder: folder,
      host,
      agentKey,
      pythonFolder: fileURLToPath(new URL('../python', import.meta.url)),
      inherited,
      onGap: () => this.#heartbeat.beatNow(),
      signal: this.#gone.signal,
      log: this.#log,
    };
  }

  async #run(slots: RegisterNode['slots'], inventoryMs: number): Promise<void> {
    this.#slots.replace(slots);
    this.#guards.resize(Math.min(slots.length, MAX_IDLE_GUARDS));
    const found = await findAttempts(this.#config.folder, () => this.#heartbeat.beatNow(), this.#log);
    this.#adopt(found);
    await this.#session.register();
    this.#reportFound(found);
    void this.#heartbeat.run(this.#gone.signal).catch((error: unknown) => this.#failed('heartbeat', error));
    void followCommands(
      {
        gateway: this.#gateway,
        nodeId: () => this.#session.nodeId,
        onCommand: (command) => this.#obey(command),
        log: this.#log,
      },
      this.#gone.signal,
    ).catch((error: unknown) => this.#failed('command stream', error));
    this.#inventoryTimer = setInterval(() => void this.#lookAtDevices(), inventoryMs);
    this.#poller.start();
  }

  #adopt(found: readonly FoundAttempt[]): void {
    for (const one of found) {
      if (one.kind === 'running') {
        this.#slots.occupy(one.attempt.grant.slots);
        this.#track(one.attempt);
      } else {
        this.#adoptedEnds.push(one.record.grant.leaseId);
      }
    }
  }

  #describe(): RegisterNode {
    return {
      name: this.#config.name,
      pool: this.#config.pool,
      incarnation: this.#incarnation,
      slots: [...this.#slots.slots],
      protocols: [...PROTOCOLS],
      agentVersion: AGENT_VERSION,
      isolation: this.#isolation.kind,
      adopted: [...this.#grants().map(({ leaseId }) => leaseId), ...this.#adoptedEnds],
    };
  }

  /** Leases whose attempts run or wait for their checkpoint, and leases ahead. */
  #grants(): LeaseGrant[] {
    return [
      ...[...this.#attempts.values()].map(({ grant }) => grant),
      ...[...this.#restoring.values()].map(({ prepared }) => prepared.grant),
      ...this.#ahead.grants,
    ];
  }

  /** Whatever runs without a live lease must end: another attempt may own the trial. */
  #endWhatIsNotLive(live: readonly string[]): void {
    for (const [leaseId, attempt] of this.#attempts) if (!live.includes(leaseId)) attempt.stop('fenced', 0);
    for (const [leaseId, waiting] of this.#restoring) if (!live.includes(leaseId)) waiting.lost = true;
    this.#ahead.keep(live);
  }

  #begin(lease: ReceivedLease): void {
    if (this.#leaving.signal.aborted) {
      this.#follow(reportUnstarted(lease, 'preempted', 'this node is leaving', this.#context));
      return;
    }
    try {
      const prepared = new PreparedAttempt(lease, this.#context);
      if (prepared.ready) this.#track(prepared.start(lease.grant.slots, false));
      else this.#follow(this.#beginRestored(lease, prepared));
    } catch (error) {
      this.#log.error(
        { leaseId: lease.grant.leaseId, reason: String(error) },
        'an attempt could not be started',
      );
      this.#follow(reportUnstarted(lease, 'node', String(error), this.#context));
    }
  }

  /** Starts an attempt when its checkpoint is there. Its lease is renewed meanwhile. */
  async #beginRestored(lease: ReceivedLease, prepared: PreparedAttempt): Promise<void> {
    const { leaseId, slots } = lease.grant;
    const waiting: Restoring = { prepared };
    this.#restoring.set(leaseId, waiting);
    await Promise.race([prepared.restored, aborted(this.#leaving.signal)]);
    this.#restoring.delete(leaseId);
    if (waiting.lost === true) {
      prepared.discard();
      this.#slots.release(slots);
    } else if (this.#leaving.signal.aborted) {
      prepared.discard();
      await reportUnstarted(lease, 'preempted', 'this node is leaving', this.#context);
    } else {
      const attempt = prepared.start(slots, false);
      this.#track(attempt);
      if (waiting.command !== undefined) attempt.obey(waiting.command);
    }
  }

  #track(attempt: Attempt): void {
    const { leaseId } = attempt.grant;
    this.#attempts.set(leaseId, attempt);
    this.#follow(
      followAttempt(attempt, this.#context, () => {
        this.#attempts.delete(leaseId);
        this.#ahead.trim();
      }),
    );
    // What follows another attempt asks for its own follower with the report of both.
    if (!attempt.ahead) this.#poller.askAhead();
  }

  /** What an earlier agent left to tell: of each slot in the order of the starts, because the next start counts from the last end. */
  #reportFound(found: readonly FoundAttempt[]): void {
    const told = new Map<number, Promise<void>>();
    for (const one of found) {
      const { slots } = one.kind === 'running' ? one.attempt.grant : one.record.grant;
      const before = Promise.all(slots.map((index) => told.get(index) ?? Promise.resolve()));
      const telling = before.then(async () => {
        if (one.kind === 'ended') await reportEnded(one, this.#context);
        else if (one.attempt.ahead) await reportStart(one.attempt, this.#context);
      });
      for (const index of slots) told.set(index, telling);
      this.#follow(telling);
    }
  }

  #follow(life: Promise<unknown>): void {
    const followed: Promise<void> = life
      .then(() => undefined)
      .catch((error: unknown) => this.#failed('attempt', error))
      .finally(() => this.#following.delete(followed));
    this.#following.add(followed);
  }

  #obey(command: LeaseCommand): void {
    this.#attempts.get(command.leaseId)?.obey(command);
    const waiting = this.#restoring.get(command.leaseId);
    if (waiting !== undefined && command.type === 'stop') {
      waiting.command = command;
      waiting.prepared.giveUp();
    }
    if (command.type !== 'checkpoint') this.#ahead.recall(command.leaseId);
  }

  /** Devices come, go and fall ill; the server learns of it as a new inventory. */
  async #lookAtDevices(): Promise<void> {
    try {
      const slots = await this.#context.provider.discover();
      if (JSON.stringify(slots) === JSON.stringify(this.#slots.slots)) return;
      this.#log.warn(
        { slots: slots.length, ill: slots.filter((slot) => !slot.healthy).length },
        'inventory changed',
      );
      this.#slots.replace(slots);
      await this.#session.register();
      this.#poller.offerFree();
    } catch (error) {
      this.#log.warn({ reason: String(error) }, 'the devices cannot be asked');
    }
  }

  #failed(what: string, error: unknown): void {
    if (this.#gone.signal.aborted) return;
    this.#log.error(
      { what, reason: error instanceof Error ? (error.stack ?? error.message) : String(error) },
      'unexpected failure',
    );
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await once(signal, 'abort');
}
