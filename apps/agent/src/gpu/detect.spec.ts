import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Log } from '../log.js';
import { chooseProvider } from './detect.js';

const quiet: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const folder = mkdtempSync(join(tmpdir(), 'swath-agent-spec-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const choice = { name: 'node-1', slots: 3, folder, inherited: {} };

describe('chooseProvider', () => {
  it('simulates GPUs with the same identity at each start', async () => {
    const provider = await chooseProvider({ ...choice, provider: 'simulated' }, quiet);
    const slots = await provider.discover();
    expect(slots.map((slot) => slot.uuid)).toEqual([
      'SIM-GPU-node-1-0',
      'SIM-GPU-node-1-1',
      'SIM-GPU-node-1-2',
    ]);
    expect(provider.environment(slots.slice(1))['CUDA_VISIBLE_DEVICES']).toBe(
      'SIM-GPU-node-1-1,SIM-GPU-node-1-2',
    );
  });

  it('makes simulated GPUs ill by a file', async () => {
    const provider = await chooseProvider({ ...choice, provider: 'simulated' }, quiet);
    writeFileSync(join(folder, 'simulated-faults.json'), '[1]');
    expect((await provider.discover()).map((slot) => slot.healthy)).toEqual([true, false, true]);
    writeFileSync(join(folder, 'simulated-faults.json'), 'not json');
    expect((await provider.discover()).every((slot) => slot.healthy)).toBe(true);
  });

  it('offers CPU slots that see no GPU', async () => {
    const provider = await chooseProvider({ ...choice, provider: 'cpu' }, quiet);
    const slots = await provider.discover();
    expect(slots.map(({ index, kind, uuid }) => [index, kind, uuid])).toEqual([
      [0, 'cpu', ''],
      [1, 'cpu', ''],
      [2, 'cpu', ''],
    ]);
    expect(provider.environment(slots)).toEqual({ CUDA_VISIBLE_DEVICES: '', ROCR_VISIBLE_DEVICES: '' });
  });

  it('always finds a provider by itself', async () => {
    const provider = await chooseProvider({ ...choice, provider: 'auto' }, quiet);
    expect((await provider.discover()).length).toBeGreaterThan(0);
  });
});
