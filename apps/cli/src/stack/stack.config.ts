// The settings of `swath up` from flags and the environment. Everything else in the environment goes on to the started processes as it is.
import { resolve } from 'node:path';

const providers = ['simulated', 'cpu', 'nvidia'] as const;

/** What `swath up` was asked for on the command line. */
export interface UpFlags {
  /** Folder of all state; default `.swath` in the current folder. */
  readonly data?: string;
  /** Stop when the sweep ends. */
  readonly once?: boolean;
  /** Print the report as one JSON document. */
  readonly json?: boolean;
  /** Submit the example sweep when there is no sweep yet; default true. */
  readonly example?: boolean;
}

/** Settings of one local stack. */
export interface StackConfig {
  /** Absolute path of the folder that holds all state. */
  readonly dataDir: string;
  readonly once: boolean;
  readonly json: boolean;
  readonly example: boolean;
  /** Port of the API; `fixed` when the user chose it, else the first free one from here. */
  readonly apiPort: { readonly port: number; readonly fixed: boolean };
  /** Port of Temporal's own web page; undefined for none. */
  readonly temporalUiPort: number | undefined;
  /** Slots of the agent, 1 to 1024; default 8. */
  readonly agentSlots: number;
  readonly agentProvider: (typeof providers)[number];
  readonly logLevel: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Reads the settings.
 *
 * @throws Error that names every variable at fault
 */
export function readStackConfig(
  flags: UpFlags,
  env: Readonly<Record<string, string | undefined>> = process.env,
): StackConfig {
  const problems: string[] = [];
  const number = (name: string, highest: number): number | undefined => {
    const text = env[name];
    if (!text) return undefined;
    const value = Number(text);
    if (Number.isInteger(value) && value >= 1 && value <= highest) return value;
    problems.push(`${name} is "${text}", expected a whole number from 1 to ${highest}`);
    return undefined;
  };
  const apiPort = number('SWATH_API_PORT', 65_535);
  const temporalUiPort = number('SWATH_TEMPORAL_UI_PORT', 65_535);
  const agentSlots = number('SWATH_AGENT_SLOTS', 1024) ?? 8;
  const agentProvider = readProvider(env, problems);
  if (problems.length > 0) throw new Error(`swath up cannot start:\n  ${problems.join('\n  ')}`);
  return {
    dataDir: resolve(flags.data ?? env['SWATH_DATA_DIR'] ?? '.swath'),
    once: flags.once ?? false,
    json: flags.json ?? false,
    example: flags.example ?? true,
    apiPort: { port: apiPort ?? 8080, fixed: apiPort !== undefined },
    temporalUiPort,
    agentSlots,
    agentProvider,
    logLevel: env['SWATH_LOG_LEVEL'] || 'info',
    env,
  };
}

function readProvider(
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): StackConfig['agentProvider'] {
  const text = env['SWATH_AGENT_PROVIDER'] || 'simulated';
  const provider = providers.find((known) => known === text);
  if (provider === undefined)
    problems.push(`SWATH_AGENT_PROVIDER is "${text}", expected one of ${providers.join(', ')}`);
  return provider ?? 'simulated';
}
