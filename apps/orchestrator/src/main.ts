/**
 * Starts an orchestrator: settings, connections, parts; then tells its parent `{ type: 'ready' }`. SIGTERM, SIGINT and the loss
 * of the parent stop it in order.
 */
import 'reflect-metadata';
import { ConsoleLogger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Runtime } from '@temporalio/worker';
import { logLevels } from './log-levels.js';
import { readConfig } from './orchestrator.config.js';
import { Orchestrator } from './orchestrator.js';
import { OrchestratorModule } from './orchestrator.module.js';

const config = readConfig();
// Signals are Nest's: two listeners would stop the worker before the rest knows.
Runtime.install({
  shutdownSignals: [],
  telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
});
const app = await NestFactory.createApplicationContext(OrchestratorModule.forRoot(config), {
  logger: new ConsoleLogger({ json: true, logLevels: logLevels(config.logLevel) }),
});
app.enableShutdownHooks();
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
await app.get(Orchestrator).start();
process.send?.({ type: 'ready' });
