// Ends a supervisor's children when the supervisor itself is killed without a chance to do so. The supervisor writes one JSON line per
// child it starts or loses; the end of that stream is its death, which even kill -9 cannot hide. Runs in a session of its own, so that
// a Ctrl-C in the terminal or a signal to the supervisor's group does not reach it.
import { createInterface } from 'node:readline';
import { endProcess } from './end-process.mjs';

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

/** @type {Map<number, import('./end-process.mjs').ProcessIdentity & import('./end-process.mjs').StopRule>} */
const children = new Map();

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const message = JSON.parse(line);
    if (message.add) children.set(message.add.pid, message.add);
    else children.delete(message.remove);
  })
  .on('close', async () => {
    // Last started, first ended: the agent reports to the API, the API writes to PostgreSQL.
    for (const child of [...children.values()].reverse()) await endProcess(child, child);
    process.exit(0);
  });
