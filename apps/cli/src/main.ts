#!/usr/bin/env node
// The command line `swath`. Commands are thin: what they do is in the folders beside this file. Next: `program.ts`.
import { processHost } from './process-host.config.js';
import { runCli } from './program.js';

process.exitCode = await runCli(process.argv.slice(2), processHost());
