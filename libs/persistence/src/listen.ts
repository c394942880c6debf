// A LISTEN connection that comes back by itself. Notifications sent while it was down are lost, so whoever listens must
// look again at every `onConnect`.
import pg from 'pg';
import { whenReachable } from './connection-loss.js';

/** A running listener. */
export interface Listener {
  /** Stops listening and closes the connection. */
  close(): Promise<void>;
}

/** What a listener calls. */
export interface ListenHandlers {
  /** A notification arrived. */
  readonly onMessage: (channel: string, payload: string) => void;
  /** Listening (again): look at everything that may have changed. */
  readonly onConnect: () => void;
  /**
   * How often an idle listener asks whether its line still works, ms; default 15,000. An answer that takes longer than a third of it
   * counts as none: a line that went silent would miss every notification.
   */
  readonly probeMs?: number;
}

const MAX_DELAY_MS = 5_000;
const PROBE_MS = 15_000;

/**
 * Listens on channels until closed. Resolves when listening for the first time, waiting up to a minute for PostgreSQL to be there.
 *
 * @param channels  identifiers of the product's own, never user input
 */
export async function listen(
  url: string,
  channels: readonly string[],
  handlers: ListenHandlers,
): Promise<Listener> {
  const { probeMs = PROBE_MS } = handlers;
  let closed = false;
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let probe: NodeJS.Timeout | undefined;

  const open = async (): Promise<void> => {
    const next = clientOf(url, probeMs / 3);
    next.on('notification', (message) => {
      handlers.onMessage(message.channel, message.payload ?? '');
    });
    let lost = false;
    const onLoss = (): void => {
      if (lost || closed || client !== next) return;
      lost = true;
      clearInterval(probe);
      reopen(100);
    };
    next.on('error', onLoss);
    next.on('end', onLoss);
    client = next;
    try {
      await next.connect();
      await next.query(channels.map((channel) => `LISTEN ${channel}`).join('; '));
    } catch (error) {
      lost = true;
      await next.end().catch(() => undefined);
      throw error;
    }
    probe = setInterval(() => {
      next.query('SELECT 1').catch(() => {
        onLoss();
        void next.end().catch(() => undefined);
      });
    }, probeMs);
    handlers.onConnect();
  };

  const reopen = (delayMs: number): void => {
    if (closed) return;
    timer = setTimeout(() => {
      open().catch(() => {
        reopen(Math.min(delayMs * 2, MAX_DELAY_MS));
      });
    }, delayMs);
  };

  await whenReachable(open);
  return {
    close: async () => {
      closed = true;
      clearTimeout(timer);
      clearInterval(probe);
      await client?.end().catch(() => undefined);
    },
  };
}

function clientOf(url: string, queryTimeoutMs: number): pg.Client {
  return new pg.Client({
    connectionString: url,
    application_name: 'swath-listen',
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    query_timeout: queryTimeoutMs,
  });
}
