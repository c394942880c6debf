#!/usr/bin/env node
// Speaks the ask/tell protocol: one JSON request per line on stdin, one JSON answer per line on stdout, exit 0 at the end.
import { createInterface } from 'node:readline';
import { AskTellSession } from '../dist/index.js';

const session = new AskTellSession();
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  if (line.trim() !== '') process.stdout.write(`${session.answerLine(line)}\n`);
}
