/** The Nest module of the API: one database, one listener, and the controllers of the route table. */
import { join } from 'node:path';
import { Inject, Module } from '@nestjs/common';
import type { BeforeApplicationShutdown, DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { Database, PersistenceModule } from '@swath/persistence';
import { DiskBlobStore } from '@swath/platform';
import type { Logger } from '@swath/platform';
import { AgentsController } from './agents/agents.controller.js';
import { CHECKPOINT_LOG, CHECKPOINT_STORE, CheckpointsController } from './agents/checkpoints.controller.js';
import { LeaseWaiters } from './agents/lease-waiters.js';
import { AnalysisController } from './analysis/analysis.controller.js';
import { ImportanceThreads } from './analysis/importance-threads.js';
import type { ApiConfig } from './api.config.js';
import { DocsController } from './docs/docs.controller.js';
import { EventsController } from './events/events.controller.js';
import { OpenRequests } from './events/open-requests.js';
import { WakeUps } from './events/wake-ups.js';
import { HealthController } from './health/health.controller.js';
import { RequestMetrics } from './health/request-metrics.js';
import { Access } from './http/access.js';
import { AuthGuard } from './http/auth.guard.js';
import { Idempotency } from './http/idempotency.js';
import { ProblemFilter } from './http/problem.filter.js';
import { defaultRates, RateLimits } from './http/rate-limits.js';
import { SignedCursors } from './http/signed-cursors.js';
import { TOKEN_SECRET, tokenSecretProvider } from './http/token-secret.js';
import { BudgetsController } from './money/budgets.controller.js';
import { CostsController } from './money/costs.controller.js';
import { NodesController } from './nodes/nodes.controller.js';
import { PoolsController } from './pools/pools.controller.js';
import { RunsController } from './runs/runs.controller.js';
import { SweepRecordsController } from './sweeps/sweep-records.controller.js';
import { SweepsController } from './sweeps/sweeps.controller.js';
import { TrialsController } from './trials/trials.controller.js';
import { wandbWire } from './wandb/wandb-wire.js';
import { SessionController } from './web/session.controller.js';

/** `ApiModule.forRoot(config, log)` is the root module. */
@Module({})
export class ApiModule implements BeforeApplicationShutdown {
  constructor(
    @Inject(WakeUps) private readonly wakeUps: WakeUps,
    @Inject(OpenRequests) private readonly open: OpenRequests,
    @Inject(ImportanceThreads) private readonly importance: ImportanceThreads,
  ) {}

  /** The module for these settings; connects to the migrated database when the application is made. */
  static forRoot(config: ApiConfig, log: Logger): DynamicModule {
    return {
      module: ApiModule,
      imports: [
        PersistenceModule.forRoot(config.databaseUrl, {
          poolSize: config.dbConnections,
          applicationName: 'swath-api',
        }),
      ],
      controllers: [
        SweepsController,
        SweepRecordsController,
        AnalysisController,
        TrialsController,
        RunsController,
        AgentsController,
        PoolsController,
        NodesController,
        CheckpointsController,
        BudgetsController,
        CostsController,
        EventsController,
        HealthController,
        DocsController,
        SessionController,
      ],
      providers: [
        Access,
        { provide: ImportanceThreads, useFactory: () => new ImportanceThreads() },
        Idempotency,
        RequestMetrics,
        OpenRequests,
        tokenSecretProvider,
        { provide: WakeUps, useFactory: () => startedWakeUps(config.databaseUrl) },
        {
          provide: LeaseWaiters,
          useFactory: (db: Database, wakeUps: WakeUps, secret: Buffer) =>
            new LeaseWaiters(db, wakeUps, secret),
          inject: [Database, WakeUps, TOKEN_SECRET],
        },
        {
          provide: APP_GUARD,
          useFactory: (db: Database, secret: Buffer, limits: RateLimits) => new AuthGuard(db, secret, limits),
          inject: [Database, TOKEN_SECRET, RateLimits],
        },
        { provide: RateLimits, useFactory: () => new RateLimits(config.rates ?? defaultRates, log) },
        {
          provide: APP_INTERCEPTOR,
          useFactory: (secret: Buffer) => new SignedCursors(secret),
          inject: [TOKEN_SECRET],
        },
        { provide: CHECKPOINT_STORE, useValue: new DiskBlobStore(join(config.storageFolder, 'checkpoints')) },
        { provide: CHECKPOINT_LOG, useValue: log },
        wandbWire(config.storageFolder, log),
        { provide: APP_FILTER, useFactory: () => new ProblemFilter(log) },
      ],
    };
  }

  /** Ends what waits and streams, so that the server can close. */
  async beforeApplicationShutdown(): Promise<void> {
    this.open.stop();
    await this.importance.close();
    await this.wakeUps.close();
  }
}

async function startedWakeUps(databaseUrl: string): Promise<WakeUps> {
  const wakeUps = new WakeUps(databaseUrl);
  await wakeUps.start();
  return wakeUps;
}
