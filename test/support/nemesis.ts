// Carries out a planned list of faults on a running product, one after the other.
import { setTimeout as delay } from 'node:timers/promises';
import { describeFaults, type PlannedFault } from '@swath/testing';
import type { Part, Product } from './product.js';
import type { Service } from './services.js';

/** Seed of a fault scenario: SWATH_FAULT_SEED, or the one that CI uses. */
export function faultSeed(): number {
  return Number(process.env['SWATH_FAULT_SEED'] ?? 1);
}

/** Prints the plan, carries it out and resolves when the last target is back. */
export async function applyFaults(
  product: Product,
  seed: number,
  faults: readonly PlannedFault[],
): Promise<void> {
  process.stdout.write(`${describeFaults(seed, faults)}\n`);
  for (const fault of faults) {
    // The moments of faults are part of the plan, not something to wait on.
    await delay(fault.afterMs);
    await applyFault(product, fault);
  }
}

/** Carries out one fault; the target is back when this resolves. */
export async function applyFault(product: Product, fault: PlannedFault): Promise<void> {
  const target = fault.target as Part | Service;
  if (fault.kind === 'pause') {
    const pid = product.pid(target as Part);
    process.kill(pid, 'SIGSTOP');
    await delay(fault.forMs);
    process.kill(pid, 'SIGCONT');
    return;
  }
  await product.kill(target);
  await delay(fault.forMs);
  await product.revive(target);
}
