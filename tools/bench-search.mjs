// `npm run bench:search`: the search benchmark kit against the peers' stored results, whole; about an hour on two cores. Arguments go to
// the kit's score.py, for example `-- --seeds 3 --jobs 1`. The kit lies beside the repository, in ../shared/bench/search.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build, checkNode, installPackages, root, say } from './install.mjs';
import { testEnvironment } from './test-python.mjs';

const kit = join(root, '..', 'shared', 'bench', 'search', 'score.py');
checkNode();
installPackages();
build();
if (!existsSync(kit)) {
  say('the search benchmark kit is not in ../shared/bench/search');
  process.exit(1);
}
const given = process.argv.slice(2);
const args = given.length > 0 ? given : ['--seeds', '10', '--jobs', '2', '--mf'];
const { status } = spawnSync(
  'python3',
  ['-B', kit, '--cmd', 'npx swath-ask-tell', '--suite', 'public', ...args],
  {
    cwd: root,
    env: testEnvironment(),
    stdio: 'inherit',
  },
);
process.exitCode = status ?? 1;
