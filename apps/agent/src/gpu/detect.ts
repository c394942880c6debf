/** Chooses the provider: the one asked for, else the first whose devices are there: NVIDIA, AMD, CPU. */
import { join } from 'node:path';
import type { Log } from '../log.js';
import { amdProvider } from './amd.js';
import { cpuProvider } from './cpu.js';
import { nvidiaProvider } from './nvidia.js';
import { simulatedProvider } from './simulated.js';
import type { SlotProvider } from './slot-provider.js';

/** What the choice depends on. */
export interface ProviderChoice {
  readonly provider: 'auto' | 'nvidia' | 'amd' | 'simulated' | 'cpu';
  readonly name: string;
  readonly slots: number | undefined;
  readonly folder: string;
  readonly inherited: Readonly<Record<string, string | undefined>>;
}

/** The provider of this node. */
export async function chooseProvider(choice: ProviderChoice, log: Log): Promise<SlotProvider> {
  const { provider, name, slots = 1, folder, inherited } = choice;
  switch (provider) {
    case 'nvidia':
      return nvidiaProvider({ visible: inherited['CUDA_VISIBLE_DEVICES'] });
    case 'amd':
      return amdProvider({ visible: inherited['ROCR_VISIBLE_DEVICES'] });
    case 'simulated':
      return simulatedProvider({
        node: name,
        count: slots,
        faultFile: join(folder, 'simulated-faults.json'),
      });
    case 'cpu':
      return cpuProvider(slots);
    case 'auto':
      break;
  }
  for (const candidate of [
    nvidiaProvider({ visible: inherited['CUDA_VISIBLE_DEVICES'] }),
    amdProvider({ visible: inherited['ROCR_VISIBLE_DEVICES'] }),
  ]) {
    try {
      if ((await candidate.discover()).length > 0) return candidate;
    } catch (error) {
      log.debug({ provider: candidate.kind, reason: String(error) }, 'provider not usable');
    }
  }
  return cpuProvider(slots);
}
