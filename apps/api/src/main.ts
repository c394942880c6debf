/**
 * Starts an API server: settings, schema, first keys, HTTP; then announces that it is ready. SIGTERM and SIGINT stop it in
 * order. Any number of servers may run on one database.
 */
import 'reflect-metadata';
import { createFirstKeys } from '@swath/lifecycle';
import { Database, migrate, whenReachable } from '@swath/persistence';
import { announceReady, createLogger, onShutdown } from '@swath/platform';
import { readApiConfig } from './api.config.js';
import { createApi } from './create-api.js';

const config = readApiConfig();
const log = createLogger({ name: 'api', level: config.logLevel });
await migrate(config.databaseUrl);
const app = await createApi(config, log);
const { firstKeys } = config;
if (firstKeys !== undefined) await whenReachable(() => createFirstKeys(app.get(Database), firstKeys));
onShutdown({ name: 'http server', run: () => app.close(), deadlineMs: 10_000 });
await app.listen(config.port, config.host);
log.info({ url: await app.getUrl() }, 'listening');
announceReady(log);
