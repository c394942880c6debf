import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isWhole, pack, stateOf, unpack } from './archive.js';
import { mayGoOn } from './may-go-on.js';

let folder: string;
let saved: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'swath-archive-'));
  saved = join(folder, 'checkpoints');
  mkdirSync(saved);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const file = (): string => join(folder, 'checkpoint.tar');
const label = (at: number) => ({ attemptId: 'at_abcdefgh-1-1', at });

async function packed(at = 1): Promise<{ sha256: string; size: number }> {
  const state = await stateOf(saved);
  const made = state === undefined ? undefined : await pack(saved, state, { file: file(), label: label(at) });
  if (made === undefined) throw new Error('nothing was packed');
  return made;
}

describe('a checkpoint archive', () => {
  it('gives back what was whole in the folder, and nothing else', async () => {
    mkdirSync(join(saved, 'epoch-3'));
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));
    writeFileSync(join(saved, 'epoch-3', 'weights'), bytes);
    writeFileSync(join(saved, 'state.json'), '{}');
    writeFileSync(join(saved, 'state.json.tmp'), '{');
    writeFileSync(join(saved, '.half'), 'x');
    symlinkSync('/etc/passwd', join(saved, 'link'));
    await packed();
    const target = join(folder, 'restored');
    await unpack(file(), target);
    expect(readdirSync(target).sort()).toEqual(['epoch-3', 'state.json']);
    expect(readFileSync(join(target, 'epoch-3', 'weights')).equals(bytes)).toBe(true);
  });

  it('is not made of a folder that has changed meanwhile', async () => {
    writeFileSync(join(saved, 'weights'), 'one');
    const state = (await stateOf(saved)) ?? '';
    writeFileSync(join(saved, 'weights'), 'two!');
    expect(await pack(saved, state, { file: file(), label: label(1) })).toBeUndefined();
  });

  it('has a digest of its own, so that taking one away never takes another', async () => {
    writeFileSync(join(saved, 'weights'), 'same');
    expect((await packed(1)).sha256).not.toBe((await packed(2)).sha256);
  });

  it('is refused when it is cut short', async () => {
    writeFileSync(join(saved, 'weights'), Buffer.alloc(50_000, 7));
    await packed();
    writeFileSync(file(), readFileSync(file()).subarray(0, 20_000));
    await expect(unpack(file(), join(folder, 'restored'))).rejects.toThrow();
  });

  it('is nothing for an empty folder or one with drafts only', async () => {
    expect(await stateOf(saved)).toBeUndefined();
    writeFileSync(join(saved, 'weights.part'), 'x');
    expect(await stateOf(saved)).toBeUndefined();
  });

  it.each([
    ['weights.pt', true],
    ['part', true],
    ['weights.pt.tmp', false],
    ['weights.PARTIAL', false],
    ['.weights', false],
  ])('%s is whole: %s', (name, whole) => {
    expect(isWhole(name)).toBe(whole);
  });
});

describe('a trial may go on', () => {
  it.each([
    ['after a clean exit', { cause: 'exit', code: 0 }, undefined, false],
    ['after a failure', { cause: 'exit', code: 1 }, undefined, true],
    ['after a signal', { cause: 'exit', code: null }, undefined, true],
    ['after running out of memory', { cause: 'oom', code: null }, undefined, true],
    ['after the node took it', { cause: 'preempted', code: null }, 'preempted', true],
    ['after a pause', { cause: 'stop', code: null }, 'paused', true],
    ['when its command was never there', { cause: 'spawn_failed', code: null }, undefined, false],
    ['when it was pruned', { cause: 'stop', code: null }, 'pruned', false],
    ['when it was pruned and failed then', { cause: 'exit', code: 1 }, 'pruned', false],
    ['when it was fenced', { cause: 'stop', code: null }, 'fenced', false],
  ] as const)('%s', (_when, exit, reason, expected) => {
    expect(mayGoOn(exit, reason)).toBe(expected);
  });
});
