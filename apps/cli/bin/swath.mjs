#!/usr/bin/env node
// The executable `swath`. A source file, because npm links an executable only when it exists at the time of `npm ci`, before the build.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(fileURLToPath(main))) {
  await import(main.href);
} else {
  process.stderr.write(
    'swath: the command line is not built yet. `npm start` builds it, so does `npm run build`.\n',
  );
  process.exitCode = 1;
}
