import { describe, expect, it } from 'vitest';
import { amdProvider, parseAmdSmi, parseRocmSmi } from './amd.js';

const rocm6 = [
  {
    gpu: 0,
    asic: { market_name: 'MI300X', asic_serial: '0x84B4A5D6E7F80912' },
    vram: { type: 'HBM', size: { value: 196592, unit: 'MB' } },
  },
  { gpu: 1, asic: { market_name: 'N/A', asic_serial: 'N/A' }, vram: { size: 'N/A' } },
];
const mi300 = { index: 0, uuid: 'GPU-84b4a5d6e7f80912', model: 'MI300X', memoryMiB: 196_592 };
const unknown = { index: 1, uuid: '1', model: 'AMD GPU', memoryMiB: 0 };

describe('amd-smi', () => {
  it('is read as the array of ROCm 6 and as the object of ROCm 7', () => {
    expect(parseAmdSmi(JSON.stringify(rocm6))).toEqual([mi300, unknown]);
    expect(parseAmdSmi(JSON.stringify({ gpu_data: rocm6 }))).toEqual([mi300, unknown]);
  });

  it.each(['{}', '"x"', 'null', '{"gpu_data":3}', '[{"gpu":0'])('refuses %j', (text) => {
    expect(() => parseAmdSmi(text)).toThrow();
  });
});

describe('rocm-smi', () => {
  const cards = {
    card0: {
      'Unique ID': '0x5c88007ddc4f2a1b',
      'VRAM Total Memory (B)': '68702699520',
      'Card series': 'Instinct MI210',
    },
    card1: { 'VRAM Total Memory (B)': 'N/A' },
    system: { 'Driver version': '6.2' },
  };

  it('is read also with warnings before its JSON', () => {
    const text = `WARNING: AMD GPU device(s) is/are in a low-power state.\n${JSON.stringify(cards)}`;
    expect(parseRocmSmi(text)).toEqual([
      { index: 0, uuid: 'GPU-5c88007ddc4f2a1b', model: 'Instinct MI210', memoryMiB: 65_520 },
      unknown,
    ]);
  });

  it('is asked again without the product name when that fails', async () => {
    const asked: string[] = [];
    const provider = amdProvider({
      run: (file, args) => {
        asked.push(file);
        if (file === 'amd-smi' || args.includes('--showproductname'))
          return Promise.reject(new Error('failed'));
        return Promise.resolve(JSON.stringify(cards));
      },
    });
    const slots = await provider.discover();
    expect(asked).toEqual(['amd-smi', 'rocm-smi', 'rocm-smi']);
    expect(slots.map((slot) => slot.uuid)).toEqual(['GPU-5c88007ddc4f2a1b', '1']);
    expect(provider.environment(slots.slice(0, 1))).toEqual({
      ROCR_VISIBLE_DEVICES: 'GPU-5c88007ddc4f2a1b',
      CUDA_VISIBLE_DEVICES: '',
    });
  });

  it('respects ROCR_VISIBLE_DEVICES of the agent', async () => {
    const provider = amdProvider({ visible: '1', run: () => Promise.resolve(JSON.stringify(rocm6)) });
    expect((await provider.discover()).map(({ index, uuid }) => [index, uuid])).toEqual([[0, '1']]);
  });
});
