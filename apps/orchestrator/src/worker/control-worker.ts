/**
 * The Temporal worker of an orchestrator: runs workflows and control activities. It outlives Temporal: when the server is away at
 * the start or the worker fails, it connects again with growing pauses until it is stopped.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { WorkerOptions } from '@temporalio/worker';
import { ensureNamespace } from '@swath/temporal';
import type { ControlClient } from '@swath/temporal';
import { pauseAfter } from '../background/background-loop.js';
import type { OrchestratorConfig } from '../orchestrator.config.js';

/** What the worker runs. */
export interface ControlWorkerParts {
  readonly temporal: OrchestratorConfig['temporal'];
  readonly control: ControlClient;
  readonly activities: object;
  readonly workflows: Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath' | 'bundlerOptions'>;
}

/** The worker and its connection, made again after a failure. */
export class ControlWorker {
  private readonly logger = new Logger('ControlWorker');
  private readonly parts: ControlWorkerParts;

  private readonly stopping = new AbortController();
  private worker: Worker | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(parts: ControlWorkerParts) {
    this.parts = parts;
  }

  /** Begins; resolves when the worker polls for the first time, however long Temporal takes to appear. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.running = this.keepRunning(resolve).then(resolve);
    });
  }

  /** Takes no new work, lets what runs end (10 s, then it is cancelled), and disconnects. */
  async stop(): Promise<void> {
    this.stopping.abort();
    if (this.worker?.getState() === 'RUNNING') this.worker.shutdown();
    await this.running;
  }

  private async keepRunning(onPolling: () => void): Promise<void> {
    const { signal } = this.stopping;
    for (let failures = 0; !signal.aborted;) {
      try {
        await this.runOnce(() => {
          failures = 0;
          onPolling();
        });
      } catch (error) {
        failures += 1;
        if (failures === 1)
          this.logger.warn({ message: 'cannot work with Temporal, trying again', error: String(error) });
        await delay(pauseAfter(failures), undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async runOnce(onPolling: () => void): Promise<void> {
    const { temporal, control, activities, workflows } = this.parts;
    const { address, tls, apiKey, namespace, taskQueue } = temporal;
    await ensureNamespace(control);
    const connection = await NativeConnection.connect({
      address,
      tls,
      ...(apiKey === undefined ? {} : { apiKey }),
    });
    try {
      const worker = await Worker.create({
        ...workflows,
        connection,
        namespace,
        taskQueue,
        activities,
        // Each of them may hold a connection to PostgreSQL.
        maxConcurrentActivityTaskExecutions: 10,
        maxConcurrentLocalActivityExecutions: 20,
        // How long a workflow waits for an orchestrator that was killed before another may have it.
        stickyQueueScheduleToStartTimeout: '5 seconds',
        shutdownGraceTime: '10 seconds',
        shutdownForceTime: '15 seconds',
      });
      this.worker = worker;
      const run = worker.run();
      if (this.stopping.signal.aborted) worker.shutdown();
      else onPolling();
      await run;
    } finally {
      this.worker = undefined;
      await connection.close().catch(() => undefined);
    }
  }
}
