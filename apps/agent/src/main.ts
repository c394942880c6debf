/**
 * The agent's process: reads the settings, starts the agent, and leaves in order on SIGTERM or SIGINT. `doctor --json`
 * tells instead what this node can do.
 */
import { announceReady, createLogger, onShutdown, shutDown } from '@swath/platform';
import { readAgentConfig } from './agent.config.js';
import { Agent } from './agent.js';
import { runDoctor } from './doctor/doctor.js';

/** What the running attempts may take to end when the agent is told to leave. */
const DRAIN_GRACE_MS = 30_000;
/** What the delivery of the last reports may take after that. */
const DELIVER_MS = 10_000;

async function main(args: readonly string[]): Promise<void> {
  if (args[0] === 'doctor') {
    process.stdout.write(`${JSON.stringify(await runDoctor(), null, 2)}\n`);
    return;
  }
  const config = readAgentConfig();
  const log = createLogger({ name: 'agent', level: config.logLevel });
  const agent = await Agent.start({ config, log });
  onShutdown({
    name: 'agent',
    deadlineMs: DRAIN_GRACE_MS + DELIVER_MS + 5000,
    run: () => agent.drain(DRAIN_GRACE_MS, DELIVER_MS),
  });
  // A second signal exits at once: nothing may outlive the agent then.
  process.on('exit', () => agent.killNow());
  announceReady(log);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  void shutDown(1);
});
