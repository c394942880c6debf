/**
 * Carries events into the query cache. A logged value patches its trial at once; everything else marks what it touched, and once
 * a second the marked entities are read again, so that a burst of events costs one read.
 */
import type { QueryClient } from '@tanstack/react-query';
import type { EventView, TrialView } from '@swath/contracts';
import { attemptsKey } from './use-attempts.js';
import { budgetsKey } from './use-budgets.js';
import { costsKey } from './use-costs.js';
import { sweepKey } from './use-sweep.js';
import { sweepsKey } from './use-sweeps.js';
import { readTrial, trialKey } from './use-trial.js';
import { trialsKey } from './use-trials.js';

/** How often marked entities are read again, milliseconds. */
const FLUSH_MS = 1_000;
/** Sums over all use and lists of attempts are dearer than single entities and change slowly. */
const SLOW_MS = 10_000;
/** One read of a page of trials is cheaper than more single reads than this. */
const MOST_SINGLE_READS = 12;

/** Marks and flushes. */
export class LiveCache {
  private readonly sweeps = new Set<string>();
  private readonly trials = new Map<string, Set<string>>();
  private readonly slowSweeps = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private slowTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly client: QueryClient) {}

  /** Takes one event of the stream. */
  receive(event: EventView): void {
    if (!event.topic.startsWith('sweep:')) return;
    const sweepId = event.topic.slice('sweep:'.length);
    const trialId = idIn(event);
    if (event.name === 'metrics.append' && trialId !== undefined) {
      this.patchValue(sweepId, trialId, event);
      void this.client.invalidateQueries({ queryKey: [...trialKey(trialId), 'metrics'] });
      return;
    }
    this.sweeps.add(sweepId);
    this.slowSweeps.add(sweepId);
    if (trialId !== undefined) this.markTrial(sweepId, trialId);
    this.timer ??= setTimeout(() => this.flush(), FLUSH_MS);
    this.slowTimer ??= setTimeout(() => this.flushSlow(), SLOW_MS);
  }

  /** Everything shown may be old. */
  markAll(): void {
    void this.client.invalidateQueries();
  }

  private markTrial(sweepId: string, trialId: string): void {
    const marked = this.trials.get(sweepId) ?? new Set();
    marked.add(trialId);
    this.trials.set(sweepId, marked);
  }

  private flush(): void {
    this.timer = undefined;
    void this.client.invalidateQueries({ queryKey: sweepsKey });
    void this.client.invalidateQueries({ queryKey: ['fleet'] });
    for (const sweepId of this.sweeps) {
      for (const part of ['detail', 'cost', 'decisions', 'report']) {
        void this.client.invalidateQueries({ queryKey: [...sweepKey(sweepId), part] });
      }
    }
    for (const [sweepId, ids] of this.trials) this.readTrials(sweepId, [...ids]);
    this.sweeps.clear();
    this.trials.clear();
  }

  private flushSlow(): void {
    this.slowTimer = undefined;
    void this.client.invalidateQueries({ queryKey: costsKey });
    void this.client.invalidateQueries({ queryKey: budgetsKey });
    for (const sweepId of this.slowSweeps)
      void this.client.invalidateQueries({ queryKey: attemptsKey(sweepId) });
    this.slowSweeps.clear();
  }

  private readTrials(sweepId: string, ids: readonly string[]): void {
    for (const id of ids) void this.client.invalidateQueries({ queryKey: trialKey(id) });
    const key = trialsKey(sweepId);
    if (this.client.getQueryData(key) === undefined) return;
    if (ids.length > MOST_SINGLE_READS) {
      void this.client.invalidateQueries({ queryKey: key });
      return;
    }
    for (const id of ids) {
      readTrial(id).then(
        (trial) => this.put(sweepId, trial),
        () => this.client.invalidateQueries({ queryKey: key }),
      );
    }
  }

  private put(sweepId: string, trial: TrialView): void {
    this.client.setQueryData<TrialView[]>(trialsKey(sweepId), (trials) => {
      if (trials === undefined) return trials;
      const at = trials.findIndex(({ id }) => id === trial.id);
      if (at >= 0) return trials.with(at, trial);
      return [...trials, trial].sort((a, b) => a.number - b.number);
    });
  }

  private patchValue(sweepId: string, trialId: string, { entity }: EventView): void {
    const { value, resource } = entity;
    if (typeof resource !== 'number') return;
    this.client.setQueryData<TrialView[]>(trialsKey(sweepId), (trials) => {
      const at = trials?.findIndex(({ id }) => id === trialId) ?? -1;
      const trial = trials?.[at];
      if (trials === undefined || trial === undefined) return trials;
      return trials.with(at, { ...trial, resource, ...(typeof value === 'number' ? { value } : {}) });
    });
  }
}

function idIn({ entity }: EventView): string | undefined {
  const id = entity['trialId'] ?? entity['id'];
  return typeof id === 'string' && id.startsWith('tr_') ? id : undefined;
}
