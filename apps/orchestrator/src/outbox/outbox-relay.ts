/**
 * Moves outbox rows to Temporal, at least once: claims rows (a claim is a short lease), delivers them, and settles what arrived.
 * Woken by NOTIFY and by a timer for rows whose claim ran out. Any number of orchestrators may run one.
 */
import { Logger } from '@nestjs/common';
import { claimOutbox, returnOutbox, settleOutbox } from '@swath/lifecycle';
import type { OutboxRow } from '@swath/lifecycle';
import { listen } from '@swath/persistence';
import type { Database, Listener } from '@swath/persistence';
import type { ControlClient } from '@swath/temporal';
import { BackgroundLoop } from '../background/background-loop.js';
import { deliver, planDirect, planDone } from './deliver.js';
import type { DirectMessage, RowMessage } from './deliver.js';
import { DoneBatcher } from './done-batcher.js';
import { parseRow } from './outbox-message.js';

/** Rows per claim: a round then ends well before its claims do. */
const CLAIM_LIMIT = 200;
/** Without a wake-up, ms: finds rows whose claim ran out and notifications that were lost. */
const POLL_MS = 1_000;
/** Longest wait for Temporal per round, ms; a server that is away then costs a round, not a hung relay. */
const ROUND_DEADLINE_MS = 10_000;

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
    const handlers = { onMessage: wake, onConnect: wake };
    this.listener = await listen(this.parts.databaseUrl, ['swath_outbox'], handlers);
    this.loop.start();
  }

  /** Ends the present round and sends what is still gathered. */
  async stop(): Promise<void> {
    await this.listener?.close();
    await this.loop.stop();
    await this.send([], 'flush').catch((error: unknown) => {
      // Its rows become due again when their claim runs out.
      this.logger.warn({ message: 'could not send the last messages', error: String(error) });
    });
  }

  private async round(): Promise<number> {
    const rows = await claimOutbox(this.parts.db, CLAIM_LIMIT);
    const direct: RowMessage<DirectMessage>[] = [];
    for (const row of rows) this.sort(row, direct);
    await this.send(direct, 'due');
    if (rows.length === CLAIM_LIMIT) return 0;
    const nextDueAt = this.batcher.nextDueAt();
    if (nextDueAt === undefined) return POLL_MS;
    return Math.max(1, Math.min(POLL_MS, nextDueAt - performance.now()));
  }

  /** Closed trials are gathered; every other message goes out in this round. */
  private sort(row: OutboxRow, direct: RowMessage<DirectMessage>[]): void {
    const rowId = row.id;
    let message;
    try {
      message = parseRow(row);
    } catch (error) {
      // It cannot be delivered and must not hold up others; it stays, to be found when somebody looks.
      this.logger.error({ message: 'cannot read an outbox row', rowId: String(rowId), error: String(error) });
      return;
    }
    if (message.topic === 'sweep.trialDone') this.batcher.add({ ...message, rowId }, performance.now());
    else direct.push({ rowId, message });
  }

  private async send(direct: readonly RowMessage<DirectMessage>[], which: 'due' | 'flush'): Promise<void> {
    const now = which === 'flush' ? Infinity : performance.now();
    const deliveries = [...planDirect(direct), ...this.batcher.take(now).map(planDone)];
    if (deliveries.length === 0) return;
    const { db, control } = this.parts;
    const { settled, returned, errors } = await control.client.withDeadline(
      Date.now() + ROUND_DEADLINE_MS,
      () => deliver(control, deliveries),
    );
    await settleOutbox(db, settled);
    if (returned.length === 0) return;
    await returnOutbox(db, returned);
    throw new Error(`${returned.length} outbox rows could not be delivered: ${String(errors[0])}`);
  }
}
