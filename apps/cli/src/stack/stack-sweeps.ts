// What the stack asks of the API: which sweep to follow, its progress and its report. The example sweep is submitted under a fixed
// idempotency key, so that a start that was cut off directly after the submission does not submit a second one.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isSweepEnded, routes, type RouteReply, type SweepReport } from '@swath/contracts';

const EXAMPLE = fileURLToPath(new URL('../../../../examples/digits/sweep.yaml', import.meta.url));
const POLL_MS = 500;

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
 * @param host base URL
 * @param apiKey the first API key
 * @param say receives a line whenever the followed sweep has got further
 */
export function stackSweeps(host: string, apiKey: string, say: (line: string) => void): StackSweeps {
  const call = async (path: string, init: RequestInit = {}): Promise<unknown> => {
    const headers = { authorization: `Bearer ${apiKey}`, ...init.headers };
    const response = await fetch(`${host}/api/v1${path}`, { ...init, headers });
    const text = await response.text();
    if (!response.ok)
      throw new Error(`${init.method ?? 'GET'} ${path} answered ${response.status}: ${text.slice(0, 2000)}`);
    return JSON.parse(text);
  };
  const list = async (query: string) => routes.listSweeps.response.parse(await call(`/sweeps?${query}`)).data;
  return {
    async newest() {
      const [newest] = [
        ...(await list('limit=1&state=running,paused,stopping,cancelling')),
        ...(await list('limit=1')),
      ];
      return newest?.id;
    },
    async submitExample() {
      const spec = readFileSync(EXAMPLE, 'utf8');
      const headers = { 'content-type': 'application/json', 'idempotency-key': 'swath-up-example' };
      const reply = await call('/sweeps', { method: 'POST', headers, body: JSON.stringify({ spec }) });
      return routes.createSweep.response.parse(reply).sweep.id;
    },
    async follow(sweepId, signal) {
      for (let last = ''; !signal.aborted; await delay(POLL_MS)) {
        const sweep = routes.getSweep.response.parse(await call(`/sweeps/${sweepId}`));
        const line = progressLine(sweep);
        if (line !== last) say(line);
        last = line;
        if (isSweepEnded(sweep.state)) return;
      }
    },
    async report(sweepId) {
      return routes.getSweepReport.response.parse(await call(`/sweeps/${sweepId}/report`));
    },
  };
}

function progressLine({
  name,
  state,
  trials,
  best,
  objective,
  cost,
  budget,
}: RouteReply<'getSweep'>): string {
  const states = Object.entries(trials.byState).map(([word, count]) => `${count} ${word}`);
  return [
    `${name} ${state}`,
    `${trials.created}${trials.limit === null ? '' : `/${trials.limit}`} trials (${states.join(', ')})`,
    ...(best === null ? [] : [`best ${objective?.name ?? 'value'} ${best.value} (#${best.number})`]),
    ...(cost === null
      ? []
      : [`cost ${cost.amount}${budget === null ? '' : `/${budget.cap.amount}`} ${cost.currency}`]),
  ].join('  ');
}
