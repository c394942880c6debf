// What the stack asks of the API: which sweep to follow, its progress and its report. The example sweep is submitted under a fixed
// idempotency key, so that a start that was cut off directly after the submission does not submit a second one.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ApiClient } from '@swath/api-client';
import type { SweepReport } from '@swath/contracts';
import type { Host } from '../host.js';
import { followSweep, showOf } from '../output/follow-sweep.js';
import { styleOf } from '../output/style.js';

const EXAMPLE = fileURLToPath(new URL('../../../../examples/digits/sweep.yaml', import.meta.url));

/** The API as the stack uses it. */
export interface StackSweeps {
  /** The sweep to follow: the newest one that has not ended, else the newest; undefined when there is none yet. */
  newest(): Promise<string | undefined>;
  /** Submits the example sweep; answers with the same one when called again. */
  submitExample(): Promise<string>;
  /** Shows the sweep's progress until it has ended or `signal` is aborted. */
  follow(sweepId: string, signal: AbortSignal): Promise<void>;
  report(sweepId: string): Promise<SweepReport>;
}

/**
 * Makes the API access of a started stack.
 *
 * @param address base URL
 * @param apiKey the first API key
 * @param host where progress is shown
 */
export function stackSweeps(address: string, apiKey: string, host: Host): StackSweeps {
  const api = new ApiClient({ host: address, key: apiKey });
  return {
    async newest() {
      const open = await api.call('listSweeps', {
        query: { limit: 1, state: 'running,paused,stopping,cancelling' },
      });
      const all = await api.call('listSweeps', { query: { limit: 1 } });
      return (open.data[0] ?? all.data[0])?.id;
    },
    async submitExample() {
      const body = { spec: readFileSync(EXAMPLE, 'utf8') };
      const { sweep } = await api.call('createSweep', { body, idempotencyKey: 'swath-up-example' });
      return sweep.id;
    },
    async follow(sweepId, signal) {
      const style = styleOf(host.stderr, 'auto', host.env);
      await followSweep(api, sweepId, { host, style, show: showOf(host, {}), signal });
    },
    report: (sweepId) => api.call('getSweepReport', { params: { sweepId } }),
  };
}
