/** Settings of the Temporal SDK that hold for the whole process. Called once by `main.ts`, before anything else of the SDK. */
import { Logger } from '@nestjs/common';
import { DefaultLogger, Runtime } from '@temporalio/worker';

/** Sends the SDK's warnings to our log and leaves signals to Nest: with two listeners the worker would stop before the rest knows. */
export function installRuntime(): void {
  const ours = new Logger('Temporal');
  const logger = new DefaultLogger('WARN', ({ level, message, meta }) => {
    // `withFailures` reports these, and not every try of them.
    if (message === 'Activity failed') return;
    const entry = { message, error: meta?.['error'] === undefined ? undefined : String(meta['error']) };
    if (level === 'ERROR') ours.error(entry);
    else ours.warn(entry);
  });
  Runtime.install({
    logger,
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
  });
}
