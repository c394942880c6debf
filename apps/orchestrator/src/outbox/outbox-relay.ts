/**
 * Moves outbox rows to Temporal, at least once: claims rows (each claim is a short lease on the row), delivers them, and settles
 * what arrived. Woken by NOTIFY, by a claim that was full, and by a timer for rows whose claim ran out. Any number of
 * orchestrators may run one.
 */
import { Logger } from '@nestjs/common';
import { claimOutbox, settleOutbox } from '@swath/lifecycle';
import type { OutboxRow } from '@swath/lifecycle';
import { listen } from '@swath/persistence';
import type { Database, Listener } from '@swath/persistence';
import type { ControlClient } from '@swath/temporal';
import { BackgroundLoop } from '../background/background-loop.js';
import { deliver, planDeliveries, planDone } from './deliver.js';
import type { DirectRow } from './deliver.js';
import { DoneBatcher } from './done-batcher.js';

/** Rows per claim: a round then stays well below the time that a claim holds. */
const CLAIM_LIMIT = 200;
/** Without a wake-up, ms: finds rows whose claim ran out and notifications that were lost. */
const POLL_MS = 1_000;
/** Longest wait for Temporal per round, ms; a server that is away then costs a round, not a hung relay. */
const CALL_DEADLINE_MS = 10_000;

/** What the relay connects. */
export interface OutboxRelayParts {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly control: ControlClient;
}

/** The relay of one orchestrator. */
export class OutboxRelay {
  private readonly logger = new Logger('OutboxRelay');
  private readonly parts: OutboxRelayParts;
  private readonly loop: BackgroundLoop;

  private readonly batcher = new DoneBatcher();
  private listener: Listener | undefined;

  constructor(parts: OutboxRelayParts) {
    this.parts = parts;
    this.loop = new BackgroundLoop('OutboxRelay', () => this.round());
  }

  /** Begins to relay. Resolves once it listens for new rows. */
  async start(): Promise<void> {
    const wake = (): void => {
      this.loop.wake();
    };
    this.listener = await listen(this.parts.databaseUrl, ['swath_outbox'], {
      onMessage: wake,
      onConnect: wake,
    });
    this.loop.start();
  }

  /** Ends the present round and sends what is still gathered; rows that do not make it are claimed by another relay. */
  async stop(): Promise<void> {
    await this.listener?.close();
    await this.loop.stop();
    await this.send([], true);
  }

  private async round(): Promise<number> {
    const rows = await claimOutbox(this.parts.db, CLAIM_LIMIT);
    const direct = rows.filter(isDirect);
    const now = performance.now();
    for (const row of rows) {
      if (!isDirect(row)) this.batcher.add({ outboxId: row.id, ...row.payload }, now);
    }
    await this.send(direct, false);
    if (rows.length === CLAIM_LIMIT) return 0;
    const nextDueAt = this.batcher.nextDueAt();
    return nextDueAt === undefined ? POLL_MS : Math.max(1, Math.min(POLL_MS, nextDueAt - performance.now()));
  }

  private async send(direct: readonly DirectRow[], flush: boolean): Promise<void> {
    const done = this.batcher.take(performance.now(), flush).map(planDone);
    const deliveries = [...planDeliveries(direct), ...done];
    if (deliveries.length === 0) return;
    const { db, control } = this.parts;
    const { settled, failures } = await control.client.withDeadline(Date.now() + CALL_DEADLINE_MS, () =>
      deliver(control, deliveries),
    );
    if (settled.length > 0) await settleOutbox(db, settled);
    if (failures.length > 0) {
      const message = `${failures.length} of ${deliveries.length} deliveries failed; their rows stay in the outbox`;
      if (flush) this.logger.warn({ message, error: String(failures[0]) });
      else throw new Error(message, { cause: failures[0] });
    }
  }
}

function isDirect(row: OutboxRow): row is DirectRow {
  return row.topic !== 'sweep.trialDone';
}
