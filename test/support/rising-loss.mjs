// A training run of twenty steps whose loss falls from `--level` by a little each time, slowly enough that a pruner can end it. Its
// output and its metrics carry markup that a page must never run.
import { appendFileSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const { level } = JSON.parse(readFileSync(process.env.SWATH_PARAMETERS, 'utf8'));
process.stdout.write('<script>window.pwned = "log"</script><img src=x onerror="window.pwned=1">\n');
for (let step = 1; step <= 20; step += 1) {
  const row = { step, loss: level * (1 - step / 100), '<img src=x onerror="window.pwned=2">': step };
  appendFileSync(process.env.SWATH_METRICS, `${JSON.stringify(row)}\n`);
  process.stdout.write(`\u001b[32mstep ${step}\u001b[0m\n`);
  await sleep(100);
}
