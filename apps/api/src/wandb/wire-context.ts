/** What every resolver gets: the database, who asks, and how to make addresses. Made once per request by `wandb-routes.ts`. */
import type { ClientProject, ClientRun, Principal } from '@swath/lifecycle';
import type { Database } from '@swath/persistence';
import type { BlobStore } from '@swath/platform';
import type { LeaseWaiters } from '../agents/lease-waiters.js';
import type { WakeUps } from '../events/wake-ups.js';
import type { PageArguments } from './connection.js';
import type { Tickets } from './tickets.js';

/** Parts of the server that requests share. */
export interface WireServices {
  readonly db: Database;
  readonly blobs: BlobStore;
  readonly tickets: Tickets;
  readonly waiters: LeaseWaiters;
  readonly wakeUps: WakeUps;
  readonly secret: Buffer;
}

/** How rows become GraphQL objects. Objects refer to each other through this, so no file needs the other. */
export interface WireNodes {
  run(run: ClientRun): object;
  project(project: ClientProject): object;
  sweep(projectId: string, nameOrId: string, context: WireContext): Promise<object | null>;
  artifact(artifactId: string, context: WireContext): Promise<object | null>;
  artifactsOfRun(
    runId: string,
    side: 'input' | 'output',
    page: { readonly args: PageArguments; readonly context: WireContext },
  ): Promise<object>;
}

/** One request. */
export interface WireContext extends WireServices {
  readonly caller: Principal;
  readonly nodes: WireNodes;
  /** Address that the client used. */
  readonly baseUrl: string;
  /** Fires when the client goes away or the server stops. */
  readonly signal: AbortSignal;
}
