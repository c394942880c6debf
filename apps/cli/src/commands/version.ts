// `swath version`.
import type { Command } from 'commander';
import type { CommonFlags } from '../common-flags.js';
import { contextOf } from '../context.js';
import type { Host } from '../host.js';
import { CLI_VERSION } from '../version.js';
import { addCommand } from './define.js';

/** Adds `version`. */
export function addVersion(program: Command, host: Host): void {
  addCommand(program, 'version', 'print the version').action((flags: CommonFlags) => {
    const { print } = contextOf(host, flags);
    const { node, arch, platform } = { ...process.versions, arch: process.arch, platform: process.platform };
    print.one({ version: CLI_VERSION, node, platform, arch }, (shown) => [`swath ${shown.version}`]);
  });
}
