/** Translates `SWATH_LOG_LEVEL` into the levels that Nest's logger prints. */
import type { LogLevel } from '@nestjs/common';
import type { OrchestratorConfig } from './orchestrator.config.js';

const severities = { debug: 'debug', info: 'log', warn: 'warn', error: 'error' } as const;

/** The given level and everything more severe. */
export function logLevels(least: OrchestratorConfig['logLevel']): LogLevel[] {
  const all: LogLevel[] = ['debug', 'log', 'warn', 'error', 'fatal'];
  return all.slice(all.indexOf(severities[least]));
}
