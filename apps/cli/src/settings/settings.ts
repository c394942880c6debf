// Which server, which key, which project: from flags, the environment, ./swath.toml, the user's own file and the local stack, in this
// order. Every command that talks to the server starts here; `config list` shows where each value comes from.
import type { Host } from '../host.js';
import { usageError } from '../output/cli-error.js';
import { readLocalStack } from './local-stack.js';
import { readProjectFile, readUserFile } from './settings-files.config.js';

/** Address of a local stack that took its usual port. */
export const DEFAULT_HOST = 'http://127.0.0.1:8080';

/** A value and where it comes from, in words. */
export interface Setting {
  readonly value: string;
  readonly origin: string;
}

/** Settings of one run of the command line. */
export interface Settings {
  /** Address of the API without a slash at its end. */
  readonly host: Setting;
  /** API key; undefined when there is none for this host. */
  readonly token: Setting | undefined;
  /** Project id; undefined for the project of the key. */
  readonly project: Setting | undefined;
}

/** Settings given as flags. */
export interface SettingFlags {
  readonly host?: string | undefined;
  readonly project?: string | undefined;
}

/**
 * Reads the settings.
 *
 * A stored key goes only to the host it was stored for, and the key of a local stack only to this machine: a `swath.toml` in a folder
 * that somebody else wrote can choose the host, but gets no stored key sent to it.
 *
 * @throws CliError `cli/usage` for an address that is none, `config/invalid` for a file that cannot be read
 */
export function readSettings(flags: SettingFlags, host: Host): Settings {
  const { env } = host;
  const project = readProjectFile(host);
  const user = readUserFile(host);
  const stack = readLocalStack(host);
  const address = first([
    [flags.host, '--host'],
    [env['SWATH_HOST'], 'SWATH_HOST'],
    [project.values.host, project.path],
    [user.values.host, user.path],
    [stack?.address, 'the local stack'],
  ]) ?? { value: DEFAULT_HOST, origin: 'default' };
  const value = hostAddress(address);
  return {
    host: { ...address, value },
    token: first([
      [env['SWATH_TOKEN'], 'SWATH_TOKEN'],
      [user.values.tokens[value], user.path],
      [isLoopback(value) ? stack?.apiKey : undefined, stack?.apiKeyFile ?? ''],
    ]),
    project: first([
      [flags.project, '--project'],
      [env['SWATH_PROJECT'], 'SWATH_PROJECT'],
      [project.values.project, project.path],
      [user.values.project, user.path],
    ]),
  };
}

/** The first value there is; an empty one is none. */
function first(
  candidates: readonly (readonly [value: string | undefined, origin: string])[],
): Setting | undefined {
  for (const [value, origin] of candidates) if (value !== undefined && value !== '') return { value, origin };
  return undefined;
}

/** The address in its one spelling: `http` or `https`, without a slash at the end. */
export function hostAddress({ value, origin }: Setting): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw usageError(
      `"${value}" (${origin}) is not an address of a server`,
      `give it as http://127.0.0.1:8080 or https://swath.example.org`,
    );
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function isLoopback(address: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(address).hostname);
}
