#!/usr/bin/env node
// Speaks the ask/tell protocol: one JSON request per line on stdin, one JSON answer per line on stdout, exit 0 at the end.
import { createInterface } from 'node:readline';
import { AskTellSession } from '../dist/index.js';

const session = new AskTellSession();

function answer(line) {
  try {
    return session.answer(JSON.parse(line));
  } catch (error) {
    return { error: `not a JSON line: ${error.message}` };
  }
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  if (line.trim() === '') continue;
  process.stdout.write(`${JSON.stringify(answer(line))}\n`);
}
