// `npm run soak`: the fault scenarios of test/faults with more of everything, and a random mix of all faults for as long as asked.
//
//   npm run soak -- [scenario ...] [--minutes 30] [--trials 5000] [--seed N]
//
// A scenario is the beginning of a file name in test/faults (crashes, lost-replies, control, replicas, many-trials, mix, outages); default all.
// Without --seed a new one is drawn; it is printed first, and the same seed plans the same faults.
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build, checkNode, installPackages, root } from './install.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string', default: '30' },
    trials: { type: 'string', default: '5000' },
    seed: { type: 'string', default: String(randomInt(1, 2 ** 31)) },
  },
});
for (const [name, value] of Object.entries(values)) {
  if (!/^\d+$/.test(value)) {
    console.error(`--${name} must be a whole number, not ${value}`);
    process.exit(2);
  }
}

checkNode();
installPackages();
build();

console.log(
  `soak with seed ${values.seed}, ${values.minutes} minutes of mixed faults, ${values.trials} trials`,
);
const files = positionals.length === 0 ? ['test/faults/'] : positionals.map((name) => `test/faults/${name}`);
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    ...[
      'run',
      '--project',
      'e2e',
      '--project',
      'soak',
      '--testTimeout',
      String((Number(values.minutes) + 60) * 60_000),
      ...files,
    ],
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      SWATH_FAULT_SEED: values.seed,
      SWATH_SOAK_MINUTES: values.minutes,
      SWATH_SOAK_TRIALS: values.trials,
    },
  },
);
process.exitCode = status ?? 1;
