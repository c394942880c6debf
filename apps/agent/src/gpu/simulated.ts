/**
 * GPUs that do not exist, for trying Swath and for tests: as many as asked for, with the same identity at each start. A
 * file of faults makes them ill while the agent runs.
 */
import { readFileSync } from 'node:fs';
import type { SlotOffer } from '@swath/contracts';
import type { SlotProvider } from './slot-provider.js';

/** What is simulated. */
export interface SimulatedOptions {
  readonly node: string;
  readonly count: number;
  /** A JSON array of the indices of ill devices; a missing file means that all are well. */
  readonly faultFile: string;
}

const MEMORY_MIB = 81_920;

/** Simulated GPUs of a node. */
export function simulatedProvider({ node, count, faultFile }: SimulatedOptions): SlotProvider {
  return {
    kind: 'simulated',
    discover: () => {
      const ill = illDevices(faultFile);
      return Promise.resolve(
        Array.from({ length: count }, (_, index): SlotOffer => ({
          index,
          kind: 'simulated',
          uuid: `SIM-GPU-${node}-${index}`,
          model: 'Simulated GPU',
          memoryMiB: MEMORY_MIB,
          healthy: !ill.has(index),
        })),
      );
    },
    environment: (slots) => ({
      CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
      CUDA_VISIBLE_DEVICES: slots.map((slot) => slot.uuid).join(','),
    }),
  };
}

function illDevices(faultFile: string): Set<number> {
  try {
    const value: unknown = JSON.parse(readFileSync(faultFile, 'utf8'));
    return new Set(Array.isArray(value) ? value.map(Number) : []);
  } catch {
    return new Set();
  }
}
