/**
 * AMD GPUs through amd-smi, else rocm-smi. Their JSON changes with the version of ROCm: both forms of amd-smi and the
 * flat objects of rocm-smi are read, and missing fields stay unknown.
 */
import type { SlotOffer } from '@swath/contracts';
import { allowedDevices, known, knownNumber, runTool } from './device-query.js';
import type { RunTool } from './device-query.js';
import type { SlotProvider } from './slot-provider.js';

/** One GPU as the tools tell it. */
export interface AmdGpu {
  readonly index: number;
  readonly uuid: string;
  readonly model: string;
  readonly memoryMiB: number;
}

/** AMD devices. */
export function amdProvider({
  visible,
  run = runTool,
}: {
  visible?: string | undefined;
  run?: RunTool;
}): SlotProvider {
  return {
    kind: 'amd',
    discover: async () => {
      const allowed = allowedDevices(visible);
      const gpus = await queryGpus(run);
      return gpus
        .filter((gpu) => allowed === undefined || allowed.has(gpu.uuid) || allowed.has(String(gpu.index)))
        .map((gpu, index): SlotOffer => ({
          index,
          kind: 'amd',
          uuid: gpu.uuid,
          model: gpu.model,
          memoryMiB: gpu.memoryMiB,
          healthy: true,
        }));
    },
    // ROCr takes uuids; HIP on top of it must not choose again.
    environment: (slots) => ({
      ROCR_VISIBLE_DEVICES: slots.map((slot) => slot.uuid).join(','),
      CUDA_VISIBLE_DEVICES: '',
    }),
  };
}

async function queryGpus(run: RunTool): Promise<AmdGpu[]> {
  try {
    return parseAmdSmi(await run('amd-smi', ['static', '--asic', '--vram', '--json']));
  } catch {
    // Older installations have rocm-smi only.
  }
  const full = ['--showuniqueid', '--showmeminfo', 'vram', '--showproductname', '--json'];
  try {
    return parseRocmSmi(await run('rocm-smi', full));
  } catch {
    // The product name fails on some boards and takes the rest with it.
    return parseRocmSmi(
      await run(
        'rocm-smi',
        full.filter((arg) => arg !== '--showproductname'),
      ),
    );
  }
}

/** `amd-smi static --json`: an array in ROCm 6, `{"gpu_data": [...]}` in ROCm 7. */
export function parseAmdSmi(text: string): AmdGpu[] {
  const value: unknown = JSON.parse(text);
  const list: unknown = Array.isArray(value) ? value : property(value, 'gpu_data');
  if (!Array.isArray(list)) throw new Error('amd-smi: unexpected output');
  return list.flatMap((gpu: unknown) => {
    const index = number(property(gpu, 'gpu'));
    if (index === undefined) return [];
    const asic = property(gpu, 'asic');
    const size = property(property(gpu, 'vram'), 'size');
    const serial = known(string(property(asic, 'asic_serial')));
    return [
      {
        index,
        uuid: serial === undefined ? String(index) : uuidOf(serial),
        model: (known(string(property(asic, 'market_name'))) ?? 'AMD GPU').slice(0, 128),
        memoryMiB: Math.round(number(property(size, 'value') ?? size) ?? 0),
      },
    ];
  });
}

/** `rocm-smi --json`: `{"card0": {"Unique ID": "0x...", "VRAM Total Memory (B)": "...", "Card Series": "..."}}`. */
export function parseRocmSmi(text: string): AmdGpu[] {
  // Warnings come before the JSON on standard output.
  const value: unknown = JSON.parse(text.slice(Math.max(0, text.indexOf('{'))));
  if (typeof value !== 'object' || value === null) throw new Error('rocm-smi: unexpected output');
  return Object.entries(value).flatMap(([name, card]: [string, unknown]) => {
    const index = /^card(\d+)$/.exec(name)?.[1];
    if (index === undefined) return [];
    const serial = known(string(property(card, 'Unique ID')));
    const model = known(string(property(card, 'Card Series') ?? property(card, 'Card series')));
    const bytes = number(property(card, 'VRAM Total Memory (B)'));
    return [
      {
        index: Number(index),
        uuid: serial === undefined ? index : uuidOf(serial),
        model: (model ?? 'AMD GPU').slice(0, 128),
        memoryMiB: Math.round((bytes ?? 0) / 1_048_576),
      },
    ];
  });
}

/** The form that ROCR_VISIBLE_DEVICES takes: `GPU-` and 16 hexadecimal digits. */
function uuidOf(serial: string): string {
  return `GPU-${serial.replace(/^0x/i, '').toLowerCase().padStart(16, '0')}`;
}

function property(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const found: unknown = Object.entries(value).find(([key]) => key === name)?.[1];
  return found;
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : knownNumber(string(value));
}
