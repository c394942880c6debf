// The `up` command: reads its settings and runs the stack in this process.
import { runStack } from './run-stack.js';
import { readStackConfig, type UpFlags } from './stack.config.js';
import { stackSweeps } from './stack-sweeps.js';

/** Runs `swath up`; the process ends when the stack does. */
export async function up(flags: UpFlags): Promise<void> {
  const say = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  await runStack(readStackConfig(flags), {
    sweeps: (host, apiKey) => stackSweeps(host, apiKey, say),
    print: (line) => {
      process.stdout.write(`${line}\n`);
    },
    say,
  });
}
