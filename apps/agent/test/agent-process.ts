/** `main.ts` with guards from the sources: the agent process of the crash tests. */
import { announceReady, createLogger, onShutdown } from '@swath/platform';
import { Agent } from '../src/agent.js';
import { readAgentConfig } from '../src/agent.config.js';
import { guardScript } from './guards.js';

try {
  const config = readAgentConfig();
  const log = createLogger({ name: 'agent', level: config.logLevel });
  const agent = await Agent.start({ config, log, guardScript });
  onShutdown({ name: 'agent', deadlineMs: 40_000, run: () => agent.drain(30_000, 2000) });
  process.on('exit', () => agent.killNow());
  announceReady(log);
} catch (error) {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
}
