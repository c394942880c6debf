/**
 * The parts of an orchestrator and the order in which they start and stop. Made by the module; `main.ts` starts it, Nest's
 * shutdown stops it before the connections close.
 */
import { Injectable, Logger } from '@nestjs/common';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { Database } from '@swath/persistence';
import type { ControlClient } from '@swath/temporal';
import { createSweepActivities } from './activities/sweep.activities.js';
import { createTrialActivities } from './activities/trial.activities.js';
import type { BackgroundLoop } from './background/background-loop.js';
import { createLeaseReaper } from './leases/lease-reaper.js';
import type { OrchestratorConfig } from './orchestrator.config.js';
import { OutboxRelay } from './outbox/outbox-relay.js';
import { createWorkflowReconciler } from './reconcile/workflow-reconciler.js';
import { SuggestPool } from './suggest/suggest-pool.js';
import { ControlWorker } from './worker/control-worker.js';
import type { ControlWorkerParts } from './worker/control-worker.js';
import { workflowSource } from './worker/workflow-source.js';

/** What an orchestrator is connected to. */
export interface OrchestratorConnections {
  readonly config: OrchestratorConfig;
  readonly db: Database;
  readonly control: ControlClient;
  /** Workflow code; default: the bundle of the build. */
  readonly workflows?: ControlWorkerParts['workflows'];
}

/** One orchestrator. */
@Injectable()
export class Orchestrator implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Orchestrator');
  private readonly suggestPool: SuggestPool;
  private readonly worker: ControlWorker;
  private readonly relay: OutboxRelay;
  private readonly reaper: BackgroundLoop;
  private readonly reconciler: BackgroundLoop;

  constructor({ config, db, control, workflows = workflowSource() }: OrchestratorConnections) {
    this.suggestPool = new SuggestPool();
    this.worker = new ControlWorker({
      temporal: config.temporal,
      control,
      activities: { ...createSweepActivities(db, this.suggestPool), ...createTrialActivities(db) },
      workflows,
    });
    this.relay = new OutboxRelay({ db, databaseUrl: config.databaseUrl, control });
    this.reaper = createLeaseReaper(db);
    this.reconciler = createWorkflowReconciler(db, control);
  }

  /** Starts every part. Leases are watched first: that needs no Temporal. Resolves when all of them work. */
  async start(): Promise<void> {
    this.reaper.start();
    await this.relay.start();
    await this.worker.start();
    this.reconciler.start();
    this.logger.log('ready');
  }

  /** Stops in order: nothing new is begun, what runs ends, what is gathered is sent, threads end. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.reconciler.stop();
    await this.worker.stop();
    await this.relay.stop();
    await this.reaper.stop();
    await this.suggestPool.close();
    this.logger.log('stopped');
  }
}
