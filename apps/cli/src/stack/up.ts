// The `up` command: reads its settings and runs the stack in this process.
import { processHost } from '../process-host.config.js';
import { runStack } from './run-stack.js';
import { readStackConfig, type UpFlags } from './stack.config.js';
import { stackSweeps } from './stack-sweeps.js';

/** Runs `swath up`; the process ends when the stack does. */
export async function up(flags: UpFlags): Promise<void> {
  const host = processHost();
  const say = (line: string): void => {
    host.stderr.write(`${line}\n`);
  };
  await runStack(readStackConfig(flags), {
    sweeps: (address, apiKey) => stackSweeps(address, apiKey, host),
    print: (line) => {
      host.stdout.write(`${line}\n`);
    },
    say,
  });
}
