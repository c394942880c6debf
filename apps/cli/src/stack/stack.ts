// Starts the processes of a local stack in the order in which they need each other, and stops them in the reverse order. Called by
// run-stack.ts; the parts themselves are in @swath/platform/local.
import {
  freePortNear,
  isFreePort,
  lockDataFolder,
  ProcessRegistry,
  startPostgres,
  startTemporal,
  superviseProcess,
  type ProcessSpec,
} from '@swath/platform/local';
import { bootstrapKeys, type BootstrapKeys } from './bootstrap-keys.js';
import { openLogFile } from './log-file.js';
import { agentProcess, apiProcess, orchestratorProcess, type StackAddresses } from './processes.js';
import type { StackConfig } from './stack.config.js';

/** A running stack. */
export interface Stack {
  readonly addresses: StackAddresses;
  readonly keys: BootstrapKeys;
}

/** What a start reports to. */
export interface StackStart {
  /** Takes note of how a part that now runs is stopped. Parts are stopped last first. */
  readonly addPart: (stop: () => void | Promise<void>) => void;
  /** Receives one line of progress for each part. */
  readonly say: (line: string) => void;
  /** Aborted when no further part should start. */
  readonly signal: AbortSignal;
}

/**
 * Starts everything. Each part is handed to `addPart` as soon as it runs, so that a start that fails or is interrupted half way can be
 * undone by whoever called.
 *
 * @throws Error with what to do when a part does not start
 */
export async function startStack(config: StackConfig, start: StackStart): Promise<Stack> {
  const { dataDir, env } = config;
  const lock = lockDataFolder(dataDir);
  start.addPart(() => {
    lock.release();
  });
  const registry = await ProcessRegistry.open(dataDir, start.say);
  start.addPart(() => registry.close());
  const under = (name: string) => ({ dataDir, env, registry, log: openLogFile(dataDir, name) });

  const ui = config.temporalUiPort === undefined ? {} : { uiPort: config.temporalUiPort };
  const [postgres, temporal] = await allStarted([
    timed('PostgreSQL', () => startPostgres(under('postgres')), start),
    timed('Temporal', () => startTemporal({ ...under('temporal'), ...ui, progress: start.say }), start),
  ]);
  const apiPort = await chooseApiPort(config);
  const addresses: StackAddresses = {
    databaseUrl: postgres.url,
    temporalAddress: temporal.address,
    temporalNamespace: temporal.namespace,
    apiPort,
    apiUrl: `http://127.0.0.1:${apiPort}`,
  };
  const keys = bootstrapKeys(dataDir);
  const processes: [title: string, spec: ProcessSpec][] = [
    ['API', apiProcess(config, addresses, keys)],
    ['orchestrator', orchestratorProcess(config, addresses)],
    ['agent', agentProcess(config, addresses, keys)],
  ];
  for (const [title, spec] of processes) {
    start.signal.throwIfAborted();
    await timed(title, () => superviseProcess(spec, under(spec.name)), start);
  }
  return { addresses, keys };
}

async function timed<T extends { stop: () => Promise<void> }>(
  title: string,
  begin: () => Promise<T>,
  start: StackStart,
): Promise<T> {
  const beganMs = performance.now();
  const part = await begin();
  start.addPart(() => part.stop());
  start.say(`${title} ready after ${((performance.now() - beganMs) / 1000).toFixed(1)} s`);
  return part;
}

async function chooseApiPort({ apiPort }: StackConfig): Promise<number> {
  if (!apiPort.fixed) return await freePortNear(apiPort.port);
  if (await isFreePort(apiPort.port)) return apiPort.port;
  throw new Error(
    `port ${apiPort.port} (SWATH_API_PORT) is in use: choose another one, or unset it to take a free one`,
  );
}

// Unlike Promise.all, waits for both also when one fails: nothing may still be starting while the rest is being stopped.
async function allStarted<A, B>(starting: [Promise<A>, Promise<B>]): Promise<[A, B]> {
  const settled = await Promise.allSettled(starting);
  for (const outcome of settled) if (outcome.status === 'rejected') throw outcome.reason;
  return await Promise.all(starting);
}
