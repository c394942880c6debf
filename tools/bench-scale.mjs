// `npm run bench:scale`: test/bench/scale.bench.ts on the build, with its arguments passed on.
import { spawnSync } from 'node:child_process';
import { build, checkNode, installPackages, root } from './install.mjs';

checkNode();
installPackages();
build();

const { status } = spawnSync(
  process.execPath,
  ['--import', './apps/agent/test/typescript.mjs', 'test/bench/scale.bench.ts', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
