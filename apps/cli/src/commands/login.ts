// `swath login`, `logout`, `whoami`: whose key is used where. A key is stored for one host, after the server has accepted it.
import { ApiClient } from '@swath/api-client';
import type { Command } from 'commander';
import type { CommonFlags } from '../common-flags.js';
import { contextOf, type CommandContext } from '../context.js';
import type { Host } from '../host.js';
import { usageError } from '../output/cli-error.js';
import { changeUserFile } from '../settings/settings-files.config.js';
import { addCommand } from './define.js';

/** Adds the three commands. */
export function addLogin(program: Command, host: Host): void {
  addCommand(program, 'login', 'store an API key for a server')
    .option('--token-stdin', 'read the key from standard input')
    .action(async (flags: CommonFlags & { readonly tokenStdin?: boolean }) => {
      const context = contextOf(host, flags);
      await login(context, flags.tokenStdin ?? false);
    });
  addCommand(program, 'logout', 'forget the stored key of a server').action((flags: CommonFlags) => {
    const { print, settings } = contextOf(host, flags);
    const address = settings().host.value;
    const path = changeUserFile(host, ({ tokens, ...values }) => {
      const { [address]: _forgotten, ...others } = tokens;
      return { ...values, tokens: others };
    });
    print.note(`${path} has no key for ${address} any more`);
  });
  addCommand(program, 'whoami', 'say whose key is used').action(async (flags: CommonFlags) => {
    const { api, print, settings } = contextOf(host, flags);
    print.one(await api().call('getCaller', {}), ({ kind, id, role, orgId, projectId }) => [
      `${kind} ${id}, ${role} of ${projectId ?? orgId} on ${settings().host.value}`,
    ]);
  });
}

async function login({ host, print, settings }: CommandContext, fromStdin: boolean): Promise<void> {
  const address = settings().host.value;
  const key = (await readKey(host, { address, fromStdin })).trim();
  if (!/^[\x21-\x7e]{8,}$/.test(key))
    throw usageError('that is not an API key', 'a key is one word, such as swk_ and 40 characters');
  const caller = await new ApiClient({ host: address, key }).call('getCaller', {});
  const path = changeUserFile(host, (values) => ({
    ...values,
    host: address,
    tokens: { ...values.tokens, [address]: key },
  }));
  print.note(
    `signed in to ${address} as ${caller.kind} ${caller.id} (${caller.role}); the key is in ${path}`,
  );
}

async function readKey(
  host: Host,
  { address, fromStdin }: { address: string; fromStdin: boolean },
): Promise<string> {
  if (fromStdin) return await host.stdin.text();
  if (!host.stdin.isTTY)
    throw usageError(
      'the key cannot be asked for without a terminal',
      'pipe it in: swath login --token-stdin < FILE',
    );
  host.stderr.write(`API key for ${address} (not shown): `);
  const key = await host.stdin.secretLine();
  host.stderr.write('\n');
  return key;
}
