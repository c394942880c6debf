/**
 * Where importances are computed. A forest takes seconds, which would stop every other request on the main thread, so it grows in
 * one thread beside it; answers are kept until a sweep has another finished trial.
 */
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { SweepImportance } from '@swath/search';
import type { ImportanceTask } from './importance.worker.js';

/** Sweeps whose last answer is kept. */
const MOST_KEPT = 200;

interface Kept {
  readonly trials: number;
  readonly answer: Promise<SweepImportance | null>;
}

/** Computes and keeps importances of sweeps. */
export class ImportanceThreads {
  private readonly pool: Piscina<ImportanceTask, SweepImportance | null>;
  private readonly kept = new Map<string, Kept>();

  /** @param filename  module that exports `runImportance`; default: the worker of this app, as built */
  constructor(filename = fileURLToPath(new URL('./importance.worker.js', import.meta.url))) {
    this.pool = new Piscina({
      filename,
      name: 'runImportance',
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: 60_000,
    });
  }

  /**
   * Importance over the trials of a sweep. Readers who ask while it is being computed get the same answer.
   *
   * @param finished  number of finished trials: another number is another answer
   */
  of(sweepId: string, finished: number, task: ImportanceTask): Promise<SweepImportance | null> {
    const kept = this.kept.get(sweepId);
    if (kept?.trials === finished) return kept.answer;
    const answer = this.pool.run(task);
    // A failure is told to those who wait and forgotten: the next reader asks anew.
    answer.catch(() => this.kept.delete(sweepId));
    this.kept.delete(sweepId);
    this.kept.set(sweepId, { trials: finished, answer });
    const oldest = this.kept.keys().next();
    if (this.kept.size > MOST_KEPT && oldest.done !== true) this.kept.delete(oldest.value);
    return answer;
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    await this.pool.destroy();
  }
}
