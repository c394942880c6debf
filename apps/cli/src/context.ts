// What every command works with: the host it runs on, its flags, its printer, its settings and the API. Made once for each run by
// `program.ts`; settings are read and the API is reached only by commands that need them.
import type { ApiClient } from '@swath/api-client';
import { connect } from './api.js';
import type { Host } from './host.js';
import type { CommonFlags } from './common-flags.js';
import { printerOf, type Printer } from './output/printer.js';
import { readSettings, type Settings } from './settings/settings.js';

/** What a command works with. */
export interface CommandContext {
  readonly host: Host;
  readonly flags: CommonFlags;
  readonly print: Printer;
  readonly settings: () => Settings;
  /** @throws CliError `auth/missing` without a key for the host */
  readonly api: () => ApiClient;
}

/** The context of a command with these flags. */
export function contextOf(host: Host, flags: CommonFlags): CommandContext {
  let settings: Settings | undefined;
  let api: ApiClient | undefined;
  const read = (): Settings => (settings ??= readSettings(flags, host));
  return {
    host,
    flags,
    print: printerOf(host, flags),
    settings: read,
    api: () => (api ??= connect(read())),
  };
}
