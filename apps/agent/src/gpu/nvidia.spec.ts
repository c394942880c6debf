import { describe, expect, it } from 'vitest';
import { allowedDevices, known, knownNumber } from './device-query.js';
import { nvidiaProvider, parseGpus, parseInstances } from './nvidia.js';

const H100 = 'GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77';
const A100 = 'GPU-8f6d1c3a-6f1e-0b4e-93c3-1d5b8a9e4f21';
const MIG_A = 'MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f';
const MIG_B = 'MIG-cba663e8-9bed-5b25-b243-5985ef7c9beb';
const MIG_OLD = 'MIG-GPU-8f6d1c3a-6f1e-0b4e-93c3-1d5b8a9e4f21/7/0';

/** Output of nvidia-smi by what is asked; an Error fails, as an unknown field does. */
type Answers = Readonly<Record<string, string | Error>>;

function provider(answers: Answers, visible?: string) {
  return nvidiaProvider({
    visible,
    run: (_file, args) => {
      const asked = Object.keys(answers).find((key) => args.join(' ').includes(key));
      const answer =
        asked === undefined ? new Error('Field "x" is not a valid field to query.') : answers[asked];
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer ?? '');
    },
  });
}

describe('nvidiaProvider', () => {
  it('offers whole GPUs', async () => {
    const slots = await provider({
      'mig.mode.current': `0, ${H100}, NVIDIA H100 80GB HBM3, 81559, Disabled\n1, ${A100}, NVIDIA A100-SXM4-40GB, 40960, Disabled\n`,
    }).discover();
    expect(slots).toEqual([
      {
        index: 0,
        kind: 'nvidia',
        uuid: H100,
        model: 'NVIDIA H100 80GB HBM3',
        memoryMiB: 81_559,
        healthy: true,
      },
      {
        index: 1,
        kind: 'nvidia',
        uuid: A100,
        model: 'NVIDIA A100-SXM4-40GB',
        memoryMiB: 40_960,
        healthy: true,
      },
    ]);
  });

  it('decides about MIG for each GPU: a mixed node offers instances and whole GPUs', async () => {
    const slots = await provider({
      'mig.mode.current': `0, ${H100}, NVIDIA H100 80GB HBM3, 81559, Disabled\n1, ${A100}, NVIDIA A100-SXM4-40GB, 40960, Enabled\n`,
      '-L': `GPU 0: NVIDIA H100 80GB HBM3 (UUID: ${H100})\nGPU 1: NVIDIA A100-SXM4-40GB (UUID: ${A100})\n  MIG 3g.20gb     Device  0: (UUID: ${MIG_A})\n  MIG 1g.5gb+me   Device  1: (UUID: ${MIG_B})\n`,
    }).discover();
    expect(slots.map(({ index, kind, uuid, memoryMiB }) => [index, kind, uuid, memoryMiB])).toEqual([
      [0, 'nvidia', H100, 81_559],
      [1, 'mig', MIG_A, 20_480],
      [2, 'mig', MIG_B, 5120],
    ]);
  });

  it('offers nothing of a GPU with MIG enabled and no instance', async () => {
    const slots = await provider({
      'mig.mode.current': `0, ${A100}, NVIDIA A100-SXM4-40GB, 40960, Enabled\n`,
      '-L': `GPU 0: NVIDIA A100-SXM4-40GB (UUID: ${A100})\n`,
    }).discover();
    expect(slots).toEqual([]);
  });

  it('falls back for drivers that do not know MIG, and takes unknown values for unknown', async () => {
    const slots = await provider({
      'index,uuid,name,memory.total ': `0, ${H100}, [N/A], [Not Supported]\n`,
    }).discover();
    expect(slots).toEqual([
      { index: 0, kind: 'nvidia', uuid: H100, model: 'NVIDIA GPU', memoryMiB: 0, healthy: true },
    ]);
  });

  it.each<[string, Answers]>([
    ['a recovery action is due', { gpu_recovery_action: `${H100}, Reset\n${A100}, None\n` }],
    ['there are uncorrected memory errors', { 'ecc.errors.uncorrected': `${H100}, 2\n${A100}, 0\n` }],
    ['pages wait for retirement', { 'retired_pages.pending': `${H100}, Yes\n${A100}, No\n` }],
  ])('marks a GPU as ill when %s', async (_why, health) => {
    const slots = await provider({
      ...health,
      'mig.mode.current': `0, ${H100}, H100, 81559, [N/A]\n1, ${A100}, A100, 40960, [N/A]\n`,
    }).discover();
    expect(slots.map((slot) => slot.healthy)).toEqual([false, true]);
  });

  it('does not take an unknown health for an illness', async () => {
    const slots = await provider({
      gpu_recovery_action: `${H100}, [N/A]\n`,
      'ecc.errors.uncorrected': `${H100}, [N/A]\n`,
      'mig.mode.current': `0, ${H100}, H100, 81559, [N/A]\n`,
    }).discover();
    expect(slots[0]?.healthy).toBe(true);
  });

  it.each([
    [H100, [H100]],
    ['1', [A100]],
    ['', []],
    [undefined, [H100, A100]],
  ])('respects CUDA_VISIBLE_DEVICES=%s of the agent', async (visible, uuids) => {
    const slots = await provider(
      { 'mig.mode.current': `0, ${H100}, H100, 1, [N/A]\n1, ${A100}, A100, 1, [N/A]\n` },
      visible,
    ).discover();
    expect(slots.map((slot) => slot.uuid)).toEqual(uuids);
    expect(slots.map((slot) => slot.index)).toEqual(uuids.map((_, index) => index));
  });

  it('fails with what the tool said when there is no driver', async () => {
    await expect(
      provider({ '--query-gpu': new Error('nvidia-smi: spawn nvidia-smi ENOENT') }).discover(),
    ).rejects.toThrow('ENOENT');
  });

  it('shows a command its slots by uuid and in the order of the bus', () => {
    const slots = [{ index: 3, kind: 'nvidia' as const, uuid: H100, model: '', memoryMiB: 0, healthy: true }];
    expect(provider({}).environment(slots)).toEqual({
      CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
      CUDA_VISIBLE_DEVICES: H100,
    });
  });
});

describe('parsing of nvidia-smi', () => {
  it.each([
    '',
    'No devices were found\n',
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n",
    '0, \n',
    'ERR!, ERR!\n',
    '\0\0,,,\n',
  ])('finds no GPU in %j', (text) => {
    expect(parseGpus(text)).toEqual([]);
  });

  it('reads instances of old and new drivers', () => {
    expect(
      parseInstances(`GPU 0: A100 (UUID: ${A100})\n  MIG 1g.5gb Device 0: (UUID: ${MIG_OLD})\n`),
    ).toEqual([{ gpu: 0, profile: '1g.5gb', uuid: MIG_OLD }]);
    expect(parseInstances('garbage\n  MIG without owner Device 0: (UUID: MIG-x)\n')).toEqual([]);
  });

  it.each(['N/A', '[N/A]', '[Not Supported]', '[Unknown Error]', 'ERR!', '', '[GPU requires reset]'])(
    'takes %j for unknown',
    (field) => {
      expect(known(field)).toBeUndefined();
      expect(knownNumber(field)).toBeUndefined();
    },
  );

  it('reads numbers with and without units', () => {
    expect([knownNumber('81559 MiB'), knownNumber(' 12.5 '), knownNumber('0')]).toEqual([81_559, 12.5, 0]);
  });

  it('knows no limit when the variable is not set, and none allowed when it is empty', () => {
    expect(allowedDevices(undefined)).toBeUndefined();
    expect(allowedDevices('')?.size).toBe(0);
  });
});
