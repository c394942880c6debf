import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Host } from '../host.js';
import { readSettings } from './settings.js';

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'swath-settings-'));
});

afterEach(() => {
  rmSync(cwd, { recursive: true });
});

function hostWith(env: Record<string, string> = {}): Host {
  const never = () => {
    throw new Error('settings need no more than the folder and the environment');
  };
  const sink = { write: never, isTTY: false, columns: undefined };
  return {
    stdout: sink,
    stderr: sink,
    stdin: { isTTY: false, text: never, line: never, secretLine: never },
    cwd,
    env: { HOME: join(cwd, 'home'), ...env },
    now: never,
    interrupt: never,
    liveBlock: never,
  };
}

function write(path: string, text: string): void {
  mkdirSync(join(cwd, path, '..'), { recursive: true });
  writeFileSync(join(cwd, path), text);
}

const USER = 'home/.config/swath/config.toml';

describe('readSettings', () => {
  it('has a local server for a default, and no key', () => {
    expect(readSettings({}, hostWith())).toEqual({
      host: { value: 'http://127.0.0.1:8080', origin: 'default' },
      token: undefined,
      project: undefined,
    });
  });

  it('takes the flag before the environment, ./swath.toml and the own file, one after the other', () => {
    write(USER, 'host = "https://user.example"\nproject = "pj_user"');
    expect(readSettings({}, hostWith()).host.value).toBe('https://user.example');
    write('swath.toml', 'host = "https://project.example/"\nproject = "pj_project"');
    expect(readSettings({}, hostWith())).toMatchObject({
      host: { value: 'https://project.example', origin: join(cwd, 'swath.toml') },
      project: { value: 'pj_project' },
    });
    const env = { SWATH_HOST: 'https://env.example', SWATH_PROJECT: 'pj_env' };
    expect(readSettings({}, hostWith(env))).toMatchObject({
      host: { value: 'https://env.example', origin: 'SWATH_HOST' },
      project: { value: 'pj_env' },
    });
    expect(readSettings({ host: 'https://flag.example', project: 'pj_flag' }, hostWith(env))).toMatchObject({
      host: { value: 'https://flag.example', origin: '--host' },
      project: { value: 'pj_flag', origin: '--project' },
    });
  });

  it('sends a stored key only to the host it was stored for', () => {
    write(USER, 'host = "https://user.example"\n[tokens]\n"https://user.example" = "swk_user"');
    expect(readSettings({}, hostWith()).token?.value).toBe('swk_user');
    write('swath.toml', 'host = "https://elsewhere.example"');
    expect(readSettings({}, hostWith()).token).toBeUndefined();
  });

  it('finds key and address of a local stack, and keeps that key on this machine', () => {
    write('.swath/api-key', 'swk_local\n');
    write('.swath/api-url', 'http://127.0.0.1:8123\n');
    expect(readSettings({}, hostWith())).toMatchObject({
      host: { value: 'http://127.0.0.1:8123' },
      token: { value: 'swk_local' },
    });
    expect(readSettings({ host: 'http://localhost:9' }, hostWith()).token?.value).toBe('swk_local');
    expect(readSettings({ host: 'https://far.example' }, hostWith()).token).toBeUndefined();
    expect(readSettings({ host: 'http://127.0.0.1.far.example' }, hostWith()).token).toBeUndefined();
  });

  it('looks for the local stack where SWATH_DATA_DIR says', () => {
    write('data/api-key', 'swk_data');
    expect(readSettings({}, hostWith({ SWATH_DATA_DIR: 'data' })).token?.value).toBe('swk_data');
  });

  it.each(['127.0.0.1:8080', 'ftp://x', 'nonsense', 'http://x?y=1'])('refuses the address %s', (host) => {
    expect(() => readSettings({ host }, hostWith())).toThrow(/is not an address of a server/);
  });

  it.each([
    ['a key in the file of a project', 'swath.toml', 'token = "swk_x"'],
    ['a value of the wrong type', 'swath.toml', 'host = 8080'],
    ['what is not TOML', USER, 'host = \n'],
  ])('refuses %s and names the file', (_title, path, text) => {
    write(path, text);
    expect(() => readSettings({}, hostWith())).toThrow(`${join(cwd, path)} cannot be used`);
  });
});
