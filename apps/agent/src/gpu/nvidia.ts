/**
 * NVIDIA GPUs and MIG instances through nvidia-smi. Fields differ by driver, so it asks in tiers: identity must be there,
 * health may be missing. A GPU with MIG enabled is offered as its instances, decided for each GPU on its own.
 */
import type { SlotOffer } from '@swath/contracts';
import { allowedDevices, known, knownNumber, runTool } from './device-query.js';
import type { RunTool } from './device-query.js';
import type { SlotProvider } from './slot-provider.js';

/** One GPU as nvidia-smi tells it. */
export interface NvidiaGpu {
  readonly index: number;
  readonly uuid: string;
  readonly name: string;
  readonly memoryMiB: number;
  readonly mig: boolean;
}

/** One MIG instance: of which GPU (index), its profile and uuid. */
export interface MigInstance {
  readonly gpu: number;
  readonly profile: string;
  readonly uuid: string;
}

/** Identity fields, most detailed first: old drivers refuse a query with a field they do not know. */
const identityTiers = ['index,uuid,name,memory.total,mig.mode.current', 'index,uuid,name,memory.total'];

/** Health fields, each asked on its own, with the value that means ill. */
const healthFields: readonly { readonly field: string; readonly isIll: (value: string) => boolean }[] = [
  { field: 'gpu_recovery_action', isIll: (value) => !/^none$/i.test(value) },
  { field: 'ecc.errors.uncorrected.volatile.total', isIll: (value) => (knownNumber(value) ?? 0) > 0 },
  { field: 'retired_pages.pending', isIll: (value) => /^yes$/i.test(value) },
];

/** NVIDIA devices. */
export function nvidiaProvider({
  visible,
  run = runTool,
}: {
  visible?: string | undefined;
  run?: RunTool;
}): SlotProvider {
  return {
    kind: 'nvidia',
    discover: () => discover(run, allowedDevices(visible)),
    environment: (slots) => ({
      CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
      CUDA_VISIBLE_DEVICES: slots.map((slot) => slot.uuid).join(','),
    }),
  };
}

async function discover(run: RunTool, allowed: ReadonlySet<string> | undefined): Promise<SlotOffer[]> {
  const gpus = await queryIdentity(run);
  const instances = gpus.some((gpu) => gpu.mig) ? parseInstances(await run('nvidia-smi', ['-L'])) : [];
  const ill = await queryIll(run);
  return slotsOf(gpus, instances, ill)
    .filter(
      (slot) =>
        allowed === undefined || allowed.has(slot.uuid) || allowed.has(String(gpuIndexOf(gpus, slot))),
    )
    .map((slot, index) => ({ ...slot, index }));
}

function gpuIndexOf(gpus: readonly NvidiaGpu[], slot: SlotOffer): number | undefined {
  return gpus.find((gpu) => gpu.uuid === slot.uuid)?.index;
}

async function queryIdentity(run: RunTool): Promise<NvidiaGpu[]> {
  let failure: unknown;
  for (const fields of identityTiers) {
    try {
      return parseGpus(await run('nvidia-smi', [`--query-gpu=${fields}`, '--format=csv,noheader,nounits']));
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function queryIll(run: RunTool): Promise<ReadonlySet<string>> {
  const ill = new Set<string>();
  for (const { field, isIll } of healthFields) {
    try {
      const text = await run('nvidia-smi', [`--query-gpu=uuid,${field}`, '--format=csv,noheader,nounits']);
      for (const [uuid, value] of csvRows(text)) {
        const told = known(value);
        if (uuid !== undefined && told !== undefined && isIll(told)) ill.add(uuid);
      }
    } catch {
      // This driver does not know the field: nothing is known, nothing is wrong.
    }
  }
  return ill;
}

/** Rows of `--query-gpu=index,uuid,name,memory.total[,mig.mode.current]`; rows that name no device are left out. */
export function parseGpus(text: string): NvidiaGpu[] {
  return csvRows(text).flatMap(([index, uuid, name, memory, mig]) => {
    const number = knownNumber(index);
    const id = known(uuid);
    if (number === undefined || id === undefined || !id.startsWith('GPU-')) return [];
    return [
      {
        index: number,
        uuid: id,
        name: known(name) ?? 'NVIDIA GPU',
        memoryMiB: Math.round(knownNumber(memory) ?? 0),
        mig: /^enabled$/i.test(known(mig) ?? ''),
      },
    ];
  });
}

/** MIG instances of `nvidia-smi -L`. */
export function parseInstances(text: string): MigInstance[] {
  const instances: MigInstance[] = [];
  let gpu: number | undefined;
  for (const line of text.split('\n')) {
    const owner = /^GPU (\d+):/.exec(line);
    if (owner !== null) gpu = Number(owner[1]);
    const instance = /^\s+MIG\s+(.+?)\s+Device\s+\d+:\s+\(UUID:\s+(MIG-[^)]+)\)/.exec(line);
    const [, profile, uuid] = instance ?? [];
    if (gpu !== undefined && profile !== undefined && uuid !== undefined)
      instances.push({ gpu, profile, uuid });
  }
  return instances;
}

/** Whole GPUs as they are, GPUs with MIG enabled as their instances. */
export function slotsOf(
  gpus: readonly NvidiaGpu[],
  instances: readonly MigInstance[],
  ill: ReadonlySet<string>,
): SlotOffer[] {
  const slots = gpus.flatMap((gpu): Omit<SlotOffer, 'index'>[] => {
    const healthy = !ill.has(gpu.uuid);
    if (!gpu.mig) {
      return [
        { kind: 'nvidia', uuid: gpu.uuid, model: gpu.name.slice(0, 128), memoryMiB: gpu.memoryMiB, healthy },
      ];
    }
    return instances
      .filter((instance) => instance.gpu === gpu.index)
      .map((instance) => ({
        kind: 'mig',
        uuid: instance.uuid,
        model: `${gpu.name} MIG ${instance.profile}`.slice(0, 128),
        memoryMiB: migMemory(instance.profile),
        healthy,
      }));
  });
  return slots.map((slot, index) => ({ index, ...slot }));
}

/** Memory of a profile such as `3g.40gb` or `1g.5gb+me`. */
function migMemory(profile: string): number {
  return Number(/\.(\d+)gb/.exec(profile)?.[1] ?? 0) * 1024;
}

function csvRows(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.split(',').map((field) => field.trim()));
}
