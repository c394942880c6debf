/** The API's settings from the environment, read once by `main.ts`: all problems at once, or a frozen value. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseConfig } from '@swath/platform';
import { z } from 'zod';
import { defaultRates } from './http/rate-limits.js';
import type { Rates } from './http/rate-limits.js';

const rate = (usual: number) => z.coerce.number().int().min(0).max(10_000_000).default(usual);

const schema = z.object({
  /** PostgreSQL: `postgres://user:password@host:port/database`. The API migrates it. */
  SWATH_DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'must begin with postgres://'),
  /** Address to listen on; `0.0.0.0` or `::` for every interface. */
  SWATH_API_HOST: z.string().min(1).default('127.0.0.1'),
  /** Port to listen on; 0 for any free one. */
  SWATH_API_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  /** Connections to PostgreSQL. */
  SWATH_API_DB_CONNECTIONS: z.coerce.number().int().min(2).max(500).default(20),
  /** Files that hold the first API key and the first agent key; both or none. */
  SWATH_BOOTSTRAP_API_KEY_FILE: z.string().min(1).optional(),
  SWATH_BOOTSTRAP_AGENT_KEY_FILE: z.string().min(1).optional(),
  /** Folder of stored files, shared by all API servers; default `swath/storage` in the user's data folder. */
  SWATH_STORAGE_DIR: z.string().min(1).optional(),
  /** Requests a minute: of one key for reads and writes, of one node, lease or run for agents, of one address that fails to sign in. 0: no limit. */
  SWATH_API_RATE_READ: rate(defaultRates.read),
  SWATH_API_RATE_WRITE: rate(defaultRates.write),
  SWATH_API_RATE_AGENT: rate(defaultRates.agent),
  SWATH_API_RATE_INGEST: rate(defaultRates.ingest),
  SWATH_API_RATE_SIGN_IN: rate(defaultRates.signIn),
  SWATH_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

/** Settings of one API process. */
export interface ApiConfig {
  readonly databaseUrl: string;
  readonly host: string;
  readonly port: number;
  readonly dbConnections: number;
  /** Where files of runs and artifacts lie. */
  readonly storageFolder: string;
  /** Limits on requests; default `defaultRates`. */
  readonly rates?: Rates;
  /** Keys to make valid at the first start. */
  readonly firstKeys?: { readonly apiKey: string; readonly agentKey: string };
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

/**
 * Reads the settings and the key files they name.
 *
 * @throws ConfigError that names every variable at fault; Error when a key file cannot be read or is too short
 */
export function readApiConfig(env: NodeJS.ProcessEnv = process.env): ApiConfig {
  const values = parseConfig(schema, env);
  const apiKeyFile = values.SWATH_BOOTSTRAP_API_KEY_FILE;
  const agentKeyFile = values.SWATH_BOOTSTRAP_AGENT_KEY_FILE;
  if ((apiKeyFile === undefined) !== (agentKeyFile === undefined)) {
    throw new Error('Set both SWATH_BOOTSTRAP_API_KEY_FILE and SWATH_BOOTSTRAP_AGENT_KEY_FILE, or neither.');
  }
  return Object.freeze({
    databaseUrl: values.SWATH_DATABASE_URL,
    host: values.SWATH_API_HOST,
    port: values.SWATH_API_PORT,
    dbConnections: values.SWATH_API_DB_CONNECTIONS,
    storageFolder: resolve(values.SWATH_STORAGE_DIR ?? defaultStorage(env)),
    logLevel: values.SWATH_LOG_LEVEL,
    rates: {
      read: values.SWATH_API_RATE_READ,
      write: values.SWATH_API_RATE_WRITE,
      agent: values.SWATH_API_RATE_AGENT,
      ingest: values.SWATH_API_RATE_INGEST,
      signIn: values.SWATH_API_RATE_SIGN_IN,
    },
    ...(apiKeyFile === undefined || agentKeyFile === undefined
      ? {}
      : { firstKeys: { apiKey: readKey(apiKeyFile), agentKey: readKey(agentKeyFile) } }),
  });
}

function defaultStorage(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'swath', 'storage');
}

const SHORTEST_KEY = 20;

function readKey(file: string): string {
  const key = readFileSync(file, 'utf8').trim();
  if (key.length < SHORTEST_KEY)
    throw new Error(`The key in ${file} is shorter than ${SHORTEST_KEY} characters.`);
  return key;
}
