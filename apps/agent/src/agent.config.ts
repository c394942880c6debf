/**
 * The settings of an agent, from its environment; parsed once by `main.ts`. A key in a file keeps it out of process lists
 * and of the environment of what the agent starts.
 */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { ConfigError, parseConfig } from '@swath/platform';
import { z } from 'zod';

const providers = ['auto', 'nvidia', 'amd', 'simulated', 'cpu'] as const;

/** The first label of the host name, in the characters a node's name may have. */
function defaultName(): string {
  const name = (hostname().split('.')[0] ?? '')
    .replaceAll(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '');
  return name.slice(0, 63) || 'node';
}

const schema = z.object({
  SWATH_HOST: z
    .url({ protocol: /^https?$/, error: 'give the address of the API, for example http://127.0.0.1:8080' })
    .transform((url) => url.replace(/\/+$/, '')),
  SWATH_AGENT_KEY: z.string().min(1).optional(),
  SWATH_AGENT_KEY_FILE: z.string().min(1).optional(),
  SWATH_AGENT_POOL: z.string().min(1).max(63).default('local'),
  SWATH_AGENT_NAME: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'letters, digits, dot, dash and underscore, at most 63')
    .default(defaultName),
  SWATH_AGENT_PROVIDER: z.enum(providers).default('auto'),
  SWATH_AGENT_SLOTS: z.coerce.number().int().min(1).max(1024).optional(),
  SWATH_AGENT_DIR: z
    .string()
    .min(1)
    .default('.swath/agent')
    .transform((path) => resolve(path)),
  SWATH_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

/** Settings of an agent. */
export interface AgentConfig {
  /** Address of the API, without a slash at its end. */
  readonly host: string;
  readonly agentKey: string;
  readonly pool: string;
  /** Name of this node. */
  readonly name: string;
  readonly provider: (typeof providers)[number];
  /** How many slots to offer where that can be chosen (simulated, cpu); the provider's own number when absent. */
  readonly slots: number | undefined;
  /** Absolute path of the agent's folder. */
  readonly folder: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** The environment that commands inherit, after what is Swath's has been taken out. */
  readonly inherited: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads the settings.
 *
 * @throws ConfigError naming every variable at fault
 */
export function readAgentConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
): AgentConfig {
  const settings = parseConfig(schema, env);
  return {
    host: settings.SWATH_HOST,
    agentKey: settings.SWATH_AGENT_KEY ?? readKey(settings.SWATH_AGENT_KEY_FILE),
    pool: settings.SWATH_AGENT_POOL,
    name: settings.SWATH_AGENT_NAME,
    provider: settings.SWATH_AGENT_PROVIDER,
    slots: settings.SWATH_AGENT_SLOTS,
    folder: settings.SWATH_AGENT_DIR,
    logLevel: settings.SWATH_LOG_LEVEL,
    inherited: env,
  };
}

function readKey(path: string | undefined): string {
  if (path === undefined) {
    throw new ConfigError(['SWATH_AGENT_KEY_FILE: give the file of the agent key, or SWATH_AGENT_KEY']);
  }
  try {
    const key = readFileSync(path, 'utf8').trim();
    if (key !== '') return key;
  } catch {
    throw new ConfigError([`SWATH_AGENT_KEY_FILE: cannot read ${path}`]);
  }
  throw new ConfigError([`SWATH_AGENT_KEY_FILE: ${path} is empty`]);
}
