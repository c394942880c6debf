// Says how each of the product's own processes is started in a local stack: program, environment, readiness and how it stops. The
// environment variables are the same ones that a production deployment sets.
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import type { ProcessSpec } from '@swath/platform/local';
import type { BootstrapKeys } from './bootstrap-keys.js';
import type { StackConfig } from './stack.config.js';

/** Where the services of a started stack are. */
export interface StackAddresses {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly apiPort: number;
  /** Base URL of the API. */
  readonly apiUrl: string;
}

/** The API: migrates the database at its start and stores the first keys. */
export function apiProcess(config: StackConfig, addresses: StackAddresses, keys: BootstrapKeys): ProcessSpec {
  return {
    ...program('api'),
    env: {
      ...config.env,
      ...services(config, addresses),
      SWATH_API_HOST: '127.0.0.1',
      SWATH_API_PORT: String(addresses.apiPort),
      SWATH_BOOTSTRAP_API_KEY_FILE: keys.apiKeyFile,
      SWATH_BOOTSTRAP_AGENT_KEY_FILE: keys.agentKeyFile,
      SWATH_STORAGE_DIR: config.env['SWATH_STORAGE_DIR'] || join(config.dataDir, 'storage'),
    },
    ready: {
      message: true,
      probe: async () =>
        (await fetch(`${addresses.apiUrl}/readyz`, { signal: AbortSignal.timeout(2_000) })).ok,
    },
    stop: { signal: 'SIGTERM', deadlineMs: 15_000 },
  };
}

/** The orchestrator: runs the workflows. */
export function orchestratorProcess(config: StackConfig, addresses: StackAddresses): ProcessSpec {
  return {
    ...program('orchestrator'),
    env: { ...config.env, ...services(config, addresses) },
    ready: { message: true },
    stop: { signal: 'SIGTERM', deadlineMs: 20_000 },
  };
}

/** The agent: SIGTERM preempts its running trials, which takes the time their commands take to stop. */
export function agentProcess(
  config: StackConfig,
  addresses: StackAddresses,
  keys: BootstrapKeys,
): ProcessSpec {
  return {
    ...program('agent'),
    env: {
      ...config.env,
      SWATH_HOST: addresses.apiUrl,
      SWATH_AGENT_KEY_FILE: keys.agentKeyFile,
      SWATH_AGENT_POOL: 'local',
      SWATH_AGENT_NAME: 'local',
      SWATH_AGENT_PROVIDER: config.agentProvider,
      SWATH_AGENT_SLOTS: String(config.agentSlots),
      SWATH_AGENT_DIR: join(config.dataDir, 'agent'),
      SWATH_LOG_LEVEL: config.logLevel,
    },
    ready: { message: true },
    stop: { signal: 'SIGTERM', deadlineMs: 50_000 },
  };
}

function program(app: 'api' | 'orchestrator' | 'agent'): { name: string; command: string; args: string[] } {
  const main = fileURLToPath(new URL(`../../../${app}/dist/main.js`, import.meta.url));
  return { name: app, command: process.execPath, args: ['--enable-source-maps', main] };
}

function services(config: StackConfig, addresses: StackAddresses): Record<string, string> {
  return {
    SWATH_DATABASE_URL: addresses.databaseUrl,
    SWATH_TEMPORAL_ADDRESS: addresses.temporalAddress,
    SWATH_TEMPORAL_NAMESPACE: addresses.temporalNamespace,
    SWATH_LOG_LEVEL: config.logLevel,
  };
}
