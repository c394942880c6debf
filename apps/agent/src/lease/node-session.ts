/**
 * This node as the server knows it: registration, its id and the generation of its inventory. Every request that names
 * them reads them here; when the server has forgotten the node, or knows an older inventory, it registers again.
 */
import type { NodeRegistered, RegisterNode } from '@swath/contracts';
import { GatewayError } from '../gateway/http-json.js';
import type { GatewayClient } from '../gateway/gateway-client.js';
import { untilAnswered } from '../gateway/retry.js';
import type { Log } from '../log.js';

/** What a session needs. */
export interface NodeSessionOptions {
  readonly gateway: GatewayClient;
  /** The registration as it stands now: inventory and running leases may have changed. */
  readonly describe: () => RegisterNode;
  /** Called after each registration with the leases that are still live. */
  readonly onRegistered: (live: readonly string[]) => void;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** Codes after which registering helps. */
const FORGOTTEN: readonly string[] = ['node/unknown', 'node/inventory-stale'];

/** Registration of the node. */
export class NodeSession {
  readonly #options: NodeSessionOptions;
  #registered: NodeRegistered | undefined;
  #registering: Promise<NodeRegistered> | undefined;

  constructor(options: NodeSessionOptions) {
    this.#options = options;
  }

  /** The registration; waits for the first one. */
  async current(): Promise<NodeRegistered> {
    return this.#registered ?? (await this.register());
  }

  /**
   * Whether a lease that was asked for under an inventory generation is still this node's. A registration that was made or
   * begun since did not name the lease, so the server has ended it: running it would be a second attempt of its trial.
   */
  async holds(generation: number): Promise<boolean> {
    await this.#registering;
    return this.#registered?.generation === generation;
  }

  /** The node's id; empty before the first registration. */
  get nodeId(): string {
    return this.#registered?.nodeId ?? '';
  }

  /** Registers (again); calls at the same time share one request. Repeats until the server answers. */
  async register(): Promise<NodeRegistered> {
    this.#registering ??= this.#register().finally(() => {
      this.#registering = undefined;
    });
    return await this.#registering;
  }

  /** Whether an error says that the server does not know this node as it is; then the caller registers and tries again. */
  static isForgotten(error: unknown): boolean {
    return error instanceof GatewayError && FORGOTTEN.includes(error.code);
  }

  async #register(): Promise<NodeRegistered> {
    const { gateway, describe, signal, log, onRegistered } = this.#options;
    const registered = await untilAnswered(() => gateway.register(describe(), signal), {
      signal,
      maxDelayMs: 10_000,
      onFailure: (error, delayMs) =>
        log.warn(
          { reason: error.message, delayMs: Math.round(delayMs) },
          'the server does not answer; trying again',
        ),
    });
    this.#registered = registered;
    log.info({ nodeId: registered.nodeId, generation: registered.generation }, 'node registered');
    onRegistered(registered.live);
    return registered;
  }
}
