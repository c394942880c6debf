// Starts the agent's own program, for `agent start`.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Host } from './host.js';
import type { Settings } from './settings/settings.js';

/** The agent's program. */
export const AGENT_PROGRAM = fileURLToPath(new URL('../../agent/dist/main.js', import.meta.url));

/** What `agent start` chooses; everything else the agent reads from the environment. */
export interface AgentChoice {
  readonly pool?: string | undefined;
  readonly slots?: number | undefined;
  readonly name?: string | undefined;
  readonly provider?: string | undefined;
}

/** Variables of a process to be started. */
export type Environment = Record<string, string | undefined>;

/** The agent's environment: the person's own with the choice on top; the key of a local stack when there is no other. */
export function agentEnvironment({ env, cwd }: Host, { host }: Settings, choice: AgentChoice): Environment {
  const localKey = resolve(cwd, env['SWATH_DATA_DIR'] || '.swath', 'agent-key');
  const hasKey = Boolean(env['SWATH_AGENT_KEY'] ?? env['SWATH_AGENT_KEY_FILE']);
  return {
    ...env,
    SWATH_HOST: host.value,
    ...(hasKey || !existsSync(localKey) ? {} : { SWATH_AGENT_KEY_FILE: localKey }),
    ...given('SWATH_AGENT_POOL', choice.pool),
    ...given('SWATH_AGENT_SLOTS', choice.slots),
    ...given('SWATH_AGENT_NAME', choice.name),
    ...given('SWATH_AGENT_PROVIDER', choice.provider),
  };
}

function given(name: string, value: string | number | undefined): Environment {
  return value === undefined ? {} : { [name]: String(value) };
}

/** Runs the agent in the foreground until it ends; answers with its exit code. */
export async function runAgent(env: Environment): Promise<number> {
  const child = spawn(process.execPath, ['--enable-source-maps', AGENT_PROGRAM], { env, stdio: 'inherit' });
  const forward = (signal: NodeJS.Signals): void => {
    // Ctrl-C at a terminal reaches the agent by itself, and a second one would make it leave without its trials.
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    child.kill(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, forward);
  return await new Promise((settle, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      settle(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
