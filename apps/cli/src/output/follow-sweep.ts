// Shows a sweep's progress until it has ended: a block repainted in place for a person at a terminal, one line an event otherwise. Events
// come by the server's stream, which is resumed where it broke off; the sweep itself is read again on events and every few seconds, so the
// view stays true also while there is no stream. Called by `sweep run`, `sweep watch`, `sweep wait` and the local stack.
import { setTimeout as delay } from 'node:timers/promises';
import { followEvents, type ApiClient } from '@swath/api-client';
import { isSweepEnded, type EventView, type SweepDetail } from '@swath/contracts';
import { cliErrorOf } from '../api.js';
import type { Host, LiveBlock } from '../host.js';
import { applyEvent, eventLine, type FollowedTrials } from './followed-trials.js';
import type { Style } from './style.js';
import { endedOf, statusLine, trialLines, type Shown } from './sweep-progress.js';

const PAINT_MS = 250;
/** Least time between two readings of the sweep. */
const REFRESH_MS = 1_000;
/** Time after which the sweep is read without an event. */
const IDLE_REFRESH_MS = 2_000;
const STATUS_LINE_MS = 60_000;
/** How long the last events of an ended sweep are waited for. */
const TAIL_MS = 2_000;
/** How long a server may be away. */
const PATIENCE_MS = 120_000;
const MOST_TRIAL_LINES = 8;
const DEFAULT_WIDTH = 100;

/** How a sweep is shown. */
export interface FollowOptions {
  readonly host: Pick<Host, 'stderr' | 'liveBlock' | 'now'>;
  readonly style: Style;
  /** `block` repaints, `lines` writes a line an event, `none` shows nothing. */
  readonly show: 'block' | 'lines' | 'none';
  /** Aborted when the person has seen enough; the sweep goes on. */
  readonly signal: AbortSignal;
  /** Receives every event, for streams of JSON. */
  readonly onEvent?: ((event: EventView) => void) | undefined;
  /** Ends the following early: called with each reading of the sweep. */
  readonly until?: ((sweep: SweepDetail) => boolean) | undefined;
}

/**
 * Follows a sweep until it has ended, `until` says so or the signal is aborted; answers with its last reading.
 *
 * @throws CliError when the sweep cannot be read, or the server stays away for two minutes
 */
export async function followSweep(
  api: ApiClient,
  sweepId: string,
  options: FollowOptions,
): Promise<SweepDetail> {
  const following = new Following(api, sweepId, options);
  return await following.run();
}

/** How progress is shown for these flags and this terminal. */
export function showOf(
  { stderr, env }: Pick<Host, 'stderr' | 'env'>,
  flags: { readonly quiet?: boolean; readonly progress?: boolean },
): FollowOptions['show'] {
  if (flags.quiet) return 'none';
  return stderr.isTTY && flags.progress !== false && !env['CI'] && env['TERM'] !== 'dumb' ? 'block' : 'lines';
}

class Following {
  private readonly trials: FollowedTrials = new Map();
  private sweep: SweepDetail | undefined;
  private waiting: string | undefined;
  private connected = true;
  private opened: Promise<void> | undefined;
  private changed = true;
  private sawEnd = false;
  private refreshedMs = 0;
  private lastGoodMs: number;
  private statusMs = 0;
  private wake: () => void = () => {};
  private readonly block: LiveBlock | undefined;

  constructor(
    private readonly api: ApiClient,
    private readonly sweepId: string,
    private readonly options: FollowOptions,
  ) {
    this.block = options.show === 'block' ? options.host.liveBlock() : undefined;
    this.lastGoodMs = options.host.now();
  }

  async run(): Promise<SweepDetail> {
    const { signal } = this.options;
    const stopped = new AbortController();
    this.sweep = await this.read();
    const streaming = this.stream(AbortSignal.any([signal, stopped.signal]));
    try {
      let sweep = this.sweep;
      while (!signal.aborted && !this.isOver(sweep)) {
        sweep = await this.refresh(sweep);
        this.show(sweep);
        if (!this.isOver(sweep)) await this.nextLook(signal);
      }
      if (isSweepEnded(sweep.state) && !signal.aborted) await this.tail(signal);
      this.paint(sweep);
      return sweep;
    } finally {
      stopped.abort();
      await streaming;
      this.block?.done();
    }
  }

  private isOver(sweep: SweepDetail): boolean {
    return isSweepEnded(sweep.state) || (this.options.until?.(sweep) ?? false);
  }

  private async refresh(before: SweepDetail): Promise<SweepDetail> {
    const age = this.options.host.now() - this.refreshedMs;
    if (age < (this.changed ? REFRESH_MS : IDLE_REFRESH_MS)) return before;
    try {
      return (this.sweep = await this.read());
    } catch (error) {
      this.tolerate(error);
      this.refreshedMs = this.options.host.now();
      return before;
    }
  }

  private async read(): Promise<SweepDetail> {
    this.changed = false;
    const sweep = await this.api.call('getSweep', { params: { sweepId: this.sweepId } });
    this.refreshedMs = this.lastGoodMs = this.options.host.now();
    this.connected = true;
    const { queued = 0, running = 0 } = sweep.trials.byState;
    this.waiting =
      running === 0 && queued > 0 && this.block !== undefined ? await this.whyWaiting() : undefined;
    return sweep;
  }

  private async whyWaiting(): Promise<string | undefined> {
    const query = { limit: 1, state: 'queued' };
    const { data } = await this.api.call('listTrials', { params: { sweepId: this.sweepId }, query });
    return data[0]?.waiting?.text;
  }

  /** A server that is away may come back. */
  private tolerate(error: unknown): void {
    const away = cliErrorOf(error).facts.exit === 'unavailable';
    if (!away || this.options.host.now() - this.lastGoodMs > PATIENCE_MS) throw error;
    this.connected = false;
  }

  /** Reading the sweep says what is wrong with the server; a stream that cannot be had only makes the view slower. */
  private async stream(signal: AbortSignal): Promise<void> {
    const onOpen = (): void => {
      if (this.opened) return;
      this.opened = this.loadTrials().catch(() => {});
    };
    try {
      for await (const event of followEvents(this.api, {
        topics: [`sweep:${this.sweepId}`],
        signal,
        onOpen,
      })) {
        await this.opened;
        this.take(event);
      }
    } catch {
      // Polling goes on.
    }
  }

  private async loadTrials(): Promise<void> {
    const query = { limit: 100, state: 'running,queued,paused' };
    const { data } = await this.api.call('listTrials', { params: { sweepId: this.sweepId }, query });
    for (const { number, state, parameters, value, resource } of data) {
      const measured = typeof value === 'number' ? { value, resource } : { value: null, resource: null };
      this.trials.set(number, { number, state, parameters, step: null, decision: undefined, ...measured });
    }
    this.changed = true;
    this.wake();
  }

  private take(event: EventView): void {
    const trial = applyEvent(this.trials, event);
    this.options.onEvent?.(event);
    if (this.options.show === 'lines') {
      const line = eventLine(event, trial, this.sweep?.objective?.name ?? 'value');
      if (line !== undefined) this.write(line);
    }
    if (event.name === 'sweep.finished') this.sawEnd = true;
    this.changed = true;
    this.wake();
  }

  private async nextLook(signal: AbortSignal): Promise<void> {
    const sinceRefresh = this.options.host.now() - this.refreshedMs;
    const due = (this.changed ? REFRESH_MS : IDLE_REFRESH_MS) - sinceRefresh;
    const wait = Math.max(10, this.block === undefined ? due : Math.min(due, PAINT_MS));
    const over = new AbortController();
    this.wake = () => {
      if (this.block === undefined) over.abort();
    };
    await delay(wait, undefined, { signal: AbortSignal.any([signal, over.signal]) }).catch(() => {});
  }

  private async tail(signal: AbortSignal): Promise<void> {
    const deadline = this.options.host.now() + TAIL_MS;
    while (
      this.opened !== undefined &&
      !this.sawEnd &&
      !signal.aborted &&
      this.options.host.now() < deadline
    ) {
      await delay(50, undefined, { signal }).catch(() => {});
    }
  }

  private show(sweep: SweepDetail): void {
    if (this.block !== undefined) this.paint(sweep);
    else if (this.options.show === 'lines' && this.options.host.now() - this.statusMs >= STATUS_LINE_MS) {
      this.statusMs = this.options.host.now();
      this.write(statusLine(this.shown(sweep), Infinity, this.options.style));
    }
  }

  private paint(sweep: SweepDetail): void {
    const { style, host } = this.options;
    const width = (host.stderr.columns ?? DEFAULT_WIDTH) - 1;
    const shown = this.shown(sweep);
    this.block?.paint([
      statusLine(shown, width, style),
      ...(isSweepEnded(sweep.state) ? [] : trialLines(shown, { width, most: MOST_TRIAL_LINES, style })),
      ...(this.waiting === undefined ? [] : [`  ${style.yellow('waiting:')} ${this.waiting}`]),
    ]);
  }

  private shown(sweep: SweepDetail): Shown {
    const nowMs = this.options.host.now();
    const ended = endedOf(sweep);
    const { limit } = sweep.trials;
    const secondsLeft =
      limit === null || ended < 3 || ended >= limit || isSweepEnded(sweep.state)
        ? null
        : ((nowMs - Date.parse(sweep.createdAt)) / 1000 / ended) * (limit - ended);
    return { sweep, trials: this.trials, nowMs, secondsLeft, connected: this.connected };
  }

  private write(line: string): void {
    this.options.host.stderr.write(`${line}\n`);
  }
}
