/**
 * Makes the Temporal client that the orchestrator's relay and the set-up scripts use. The connection is lazy and reconnects by
 * itself: a server that is away delays calls, it does not end the process.
 */
import { Client, Connection } from '@temporalio/client';
import type { ConnectionOptions } from '@temporalio/client';
import { CONTROL_TASK_QUEUE, DEFAULT_NAMESPACE } from './names.js';

/** Where the Temporal server is and how to speak to it. */
export interface TemporalOptions {
  /** `host:port` of the frontend. */
  readonly address: string;
  /** Default `swath`. */
  readonly namespace?: string;
  /** Default `swath-control`. */
  readonly taskQueue?: string;
  /** Encrypt the connection; default false. */
  readonly tls?: boolean;
  /** Sent as bearer token; needs `tls`. */
  readonly apiKey?: string;
}

/** A client bound to the task queue that its workflows run on. */
export interface ControlClient {
  readonly client: Client;
  /** The connection of `client`; closing it ends both. */
  readonly connection: Connection;
  readonly taskQueue: string;
}

/** A client over a lazy connection of its own. */
export function createControlClient(options: TemporalOptions): ControlClient {
  const { namespace = DEFAULT_NAMESPACE, taskQueue = CONTROL_TASK_QUEUE } = options;
  const connection = Connection.lazy(connectionOptions(options));
  return { client: new Client({ connection, namespace }), connection, taskQueue };
}

function connectionOptions({ address, tls = false, apiKey }: TemporalOptions): ConnectionOptions {
  return { address, tls, ...(apiKey === undefined ? {} : { apiKey }) };
}
