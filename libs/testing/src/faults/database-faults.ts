// Faults inside the database client, chosen by seed and rate, for tests that run the product's transactions in one process.
import type { DatabaseFault, FaultInjector } from '@swath/persistence';
import type { Seeded } from './seeded.js';

/** Probability of each fault per statement or commit. */
export type DatabaseFaultRates = Readonly<Partial<Record<DatabaseFault, number>>>;

/** An injector and what it has done; it injects while `on` is true. */
export interface DatabaseFaults {
  readonly inject: FaultInjector;
  readonly counts: Map<string, number>;
  on: boolean;
}

/**
 * Faults at the given rates.
 *
 * A statement whose answer is lost inside a transaction takes its transaction along; only a lost answer to a commit leaves
 * something behind.
 */
export function databaseFaults(random: Seeded, rates: DatabaseFaultRates): DatabaseFaults {
  const faults: DatabaseFaults = {
    on: true,
    counts: new Map(),
    inject: (point) => {
      if (!faults.on) return undefined;
      for (const [fault, rate] of Object.entries(rates) as [DatabaseFault, number][]) {
        if (!random.chance(rate)) continue;
        const key = `${fault} ${point}`;
        faults.counts.set(key, (faults.counts.get(key) ?? 0) + 1);
        return fault;
      }
      return undefined;
    },
  };
  return faults;
}
