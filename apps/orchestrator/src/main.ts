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

const config = readConfig();
installRuntime();
const app = await NestFactory.createApplicationContext(OrchestratorModule.forRoot(config), {
  logger: new ConsoleLogger({ json: true, logLevels: logLevels(config.logLevel) }),
});
app.enableShutdownHooks();
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
await app.get(Orchestrator).start();
process.send?.({ type: 'ready' });
