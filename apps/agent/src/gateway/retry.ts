/** Repeats a call until it is answered. Everything the agent must deliver goes through it. */
import { setTimeout as delay } from 'node:timers/promises';
import { GatewayError } from './http-json.js';

/** How to repeat. */
export interface RetryOptions {
  readonly signal: AbortSignal;
  /** First pause; doubles up to `maxDelayMs`, each shortened by up to half at random, so that agents do not march in step. 200 ms. */
  readonly firstDelayMs?: number;
  /** Longest pause, 15 s. */
  readonly maxDelayMs?: number;
  /** Told of each failure that will be tried again. */
  readonly onFailure?: (error: GatewayError, delayMs: number) => void;
}

/** Pause before try `n` (from 1) after a failure; `random` in [0, 1). */
export function backoffMs(n: number, options: { first: number; max: number }, random: number): number {
  const full = Math.min(options.max, options.first * 2 ** Math.min(n - 1, 30));
  return full * (0.5 + random / 2);
}

/**
 * The answer of `call`, which is repeated while the failure may pass.
 *
 * @throws GatewayError that is not retryable; the abort reason when the signal fires
 */
export async function untilAnswered<T>(call: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, firstDelayMs: first = 200, maxDelayMs: max = 15_000, onFailure } = options;
  for (let tries = 1; ; tries += 1) {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof GatewayError) || !error.retryable) throw error;
      const pause = Math.max(error.retryAfterMs ?? 0, backoffMs(tries, { first, max }, Math.random()));
      onFailure?.(error, pause);
      await delay(pause, undefined, { signal });
    }
  }
}
