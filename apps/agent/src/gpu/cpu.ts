/** Shares of the processor as slots: for nodes without GPUs. Commands see no GPU. */
import { availableParallelism, cpus, totalmem } from 'node:os';
import type { SlotOffer } from '@swath/contracts';
import type { SlotProvider } from './slot-provider.js';

/** CPU slots; one unless asked for more. The memory of the machine is divided among them. */
export function cpuProvider(count: number): SlotProvider {
  return {
    kind: 'cpu',
    discover: () => {
      const model = (cpus()[0]?.model ?? 'CPU').trim().slice(0, 100);
      const memoryMiB = Math.floor(totalmem() / 1_048_576 / count);
      return Promise.resolve(
        Array.from({ length: count }, (_, index): SlotOffer => ({
          index,
          kind: 'cpu',
          uuid: '',
          model: `${model} (1/${count} of ${availableParallelism()} cores)`.slice(0, 128),
          memoryMiB,
          healthy: true,
        })),
      );
    },
    environment: () => ({ CUDA_VISIBLE_DEVICES: '', ROCR_VISIBLE_DEVICES: '' }),
  };
}
