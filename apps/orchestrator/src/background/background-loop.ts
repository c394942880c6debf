/**
 * A piece of work that repeats for as long as the process lives: the relay, the reaper, the reconciler. It runs again after the
 * pause that the work itself asks for, or at once when woken; a failure is logged and makes it pause, never end.
 */
import { Logger } from '@nestjs/common';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/** What repeats. Returns how long to pause, in milliseconds; a wake-up cuts the pause short. */
export type BackgroundWork = (signal: AbortSignal) => Promise<number>;

/** The pause after `failures` failures in a row, in milliseconds: 200, doubled each time, at most 5,000. */
export function pauseAfter(failures: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 16), LONGEST_PAUSE_MS);
}

/** Runs one kind of work until stopped. */
export class BackgroundLoop {
  private readonly logger: Logger;
  private readonly work: BackgroundWork;

  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private woken = false;
  private endPause: () => void = () => undefined;

  constructor(name: string, work: BackgroundWork) {
    this.logger = new Logger(name);
    this.work = work;
  }

  /** Begins; the first round starts at once. */
  start(): void {
    this.running = this.run();
  }

  /** Something happened: the next round starts now, or right after the present one. */
  wake(): void {
    this.woken = true;
    this.endPause();
  }

  /** Ends after the present round. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.endPause();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    let failures = 0;
    while (!signal.aborted) {
      this.woken = false;
      let pauseMs: number;
      try {
        pauseMs = await this.work(signal);
        if (failures > 0) this.logger.log(`works again after ${failures} failures`);
        failures = 0;
      } catch (error) {
        failures += 1;
        pauseMs = pauseAfter(failures);
        // One line per outage, not per try: the first failure says it all, the recovery closes it.
        if (failures === 1) this.logger.warn({ message: 'failed, trying again', error: String(error) });
        this.woken = false;
      }
      await this.pause(pauseMs);
    }
  }

  private async pause(milliseconds: number): Promise<void> {
    if (this.woken || milliseconds <= 0 || this.stopping.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.endPause = () => undefined;
  }
}
