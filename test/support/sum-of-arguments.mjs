// A training command for scenarios: logs the sum of its `--name=value` arguments as `loss`.
import { appendFileSync } from 'node:fs';

const loss = process.argv.slice(2).reduce((sum, argument) => sum + Number(argument.split('=')[1]), 0);
appendFileSync(process.env.SWATH_METRICS, `${JSON.stringify({ step: 1, loss })}\n`);
