// `npm run bench`: what a person waits for, measured on this machine now: the first and a later start of a stack, then on that stack the
// gap between two trials on a slot and the time from a bad measurement to the process gone, each beside its floor in the same run.
// Before it the latency of a suggestion. Search quality has its own: `npm run bench:search`, libs/search/bench/digits.bench.mjs.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build, checkNode, installPackages, root } from './install.mjs';

checkNode();
installPackages();
build();

const latency = spawnSync(process.execPath, ['libs/search/bench/suggestion-latency.bench.mjs'], {
  cwd: root,
  stdio: 'inherit',
});
if (latency.status !== 0) process.exit(latency.status ?? 1);

const dataDir = mkdtempSync(join(tmpdir(), 'swath-bench-'));
try {
  const first = await startStack();
  console.log(`first start   ${first.seconds.toFixed(1)} s until agents are served (new data folder)`);
  await first.stop();
  const later = await startStack();
  console.log(`later start   ${later.seconds.toFixed(1)} s`);
  const bench = spawnSync(
    process.execPath,
    [
      ...[
        '-C',
        '@swath/source',
        '--import',
        './apps/agent/test/typescript.mjs',
        'apps/agent/bench/idle-gap.bench.ts',
      ],
      ...['--host', later.address, '--key-file', join(dataDir, 'api-key')],
      ...['--agent-key-file', join(dataDir, 'agent-key'), ...process.argv.slice(2)],
    ],
    { cwd: root, stdio: 'inherit' },
  );
  await later.stop();
  process.exitCode = bench.status ?? 1;
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}

/** Starts a stack without the example sweep and waits until it is up. */
async function startStack() {
  const began = performance.now();
  const child = spawn(
    process.execPath,
    [join(root, 'apps', 'cli', 'dist', 'main.js'), 'up', '--no-example', '--data', dataDir],
    { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const exited = once(child, 'exit');
  const lines = [];
  let address = '';
  for await (const line of createInterface({ input: child.stderr })) {
    lines.push(line);
    address = /^address +(\S+)/.exec(line)?.[1] ?? address;
    if (line === 'running until Ctrl-C') break;
  }
  if (child.exitCode !== null || address === '')
    throw new Error(`the stack did not start:\n${lines.join('\n')}`);
  // Nobody reads on, and the stack must not stand still because of it.
  child.stderr.resume();
  return {
    address,
    seconds: (performance.now() - began) / 1000,
    stop: async () => {
      child.kill('SIGINT');
      await exited;
    },
  };
}
