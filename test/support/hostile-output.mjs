// A training command whose output, metric names and values are texts that a page must never run: the values of its parameters.
import { appendFileSync, readFileSync } from 'node:fs';

const parameters = JSON.parse(readFileSync(process.env.SWATH_PARAMETERS, 'utf8'));
const texts = Object.values(parameters).filter((value) => typeof value === 'string');
for (const text of texts) process.stdout.write(`${text}\n`);
// A terminal would make a link of this.
process.stdout.write('\u001b]8;;javascript:window.pwned=1\u001b\\go\u001b]8;;\u001b\\\n');
for (const text of texts) process.stderr.write(`${text}\n`);
for (let step = 1; step <= 3; step += 1) {
  const named = Object.fromEntries(texts.map((text) => [text, step]));
  appendFileSync(
    process.env.SWATH_METRICS,
    `${JSON.stringify({ step, loss: 1 / step, said: texts[0], ...named })}\n`,
  );
}
