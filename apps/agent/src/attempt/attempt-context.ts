// What the attempts of one agent have in common; made by agent.ts, handed to run-attempt.ts and the files around it.
import type { GatewayClient } from '../gateway/gateway-client.js';
import type { SlotProvider } from '../gpu/slot-provider.js';
import type { GuardPool } from '../guard/guard-pool.js';
import type { AheadLeases } from '../lease/ahead-leases.js';
import type { LeasePoller } from '../lease/lease-poller.js';
import type { SlotTable } from '../lease/slot-table.js';
import type { Log } from '../log.js';

/** What all attempts of an agent share. */
export interface AttemptContext {
  readonly gateway: GatewayClient;
  readonly guards: GuardPool;
  /** Whether guards are process 1 of a PID namespace. */
  readonly namespace: boolean;
  readonly slots: SlotTable;
  readonly poller: LeasePoller;
  readonly ahead: AheadLeases;
  readonly provider: SlotProvider;
  readonly agentFolder: string;
  readonly host: string;
  readonly agentKey: string;
  readonly pythonFolder: string;
  readonly inherited: Readonly<Record<string, string | undefined>>;
  readonly onGap: () => void;
  /** Ends all waiting for the server: the agent leaves, whatever is undelivered stays on disk. */
  readonly signal: AbortSignal;
  readonly log: Log;
}
