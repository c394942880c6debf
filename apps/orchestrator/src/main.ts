/**
 * Starts an orchestrator: settings, connections, parts; then tells its parent `{ type: 'ready' }`. SIGTERM, SIGINT and the loss
 * of the parent stop it in order.
 */
import 'reflect-metadata';
import { ConsoleLogger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { installRuntime } from './worker/runtime.js';
import { logLevels } from './log-levels.js';
import { readConfig } from './orchestrator.config.js';
import { Orchestrator } from './orchestrator.js';
import { OrchestratorModule } from './orchestrator.module.js';

/** From a signal to the end at the latest; an orderly stop takes 15 s at most while PostgreSQL and Temporal answer. */
const SHUTDOWN_DEADLINE_MS = 30_000;

const config = readConfig();
installRuntime();
const app = await NestFactory.createApplicationContext(OrchestratorModule.forRoot(config), {
  logger: new ConsoleLogger({ json: true, logLevels: logLevels(config.logLevel) }),
});
app.enableShutdownHooks();
// What hangs on a connection that leads nowhere must not keep the process: everything it holds is taken over after its claims end.
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => setTimeout(() => process.exit(1), SHUTDOWN_DEADLINE_MS).unref());
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
await app.get(Orchestrator).start();
process.send?.({ type: 'ready' });
