import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readAgentConfig } from './agent.config.js';

const folder = mkdtempSync(join(tmpdir(), 'swath-agent-spec-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const given = { SWATH_HOST: 'http://127.0.0.1:8080/', SWATH_AGENT_KEY: 'key' };

describe('readAgentConfig', () => {
  it('has a default for all but the address and the key', () => {
    const config = readAgentConfig(given);
    expect(config).toMatchObject({
      host: 'http://127.0.0.1:8080',
      agentKey: 'key',
      pool: 'local',
      provider: 'auto',
      slots: undefined,
    });
    expect(config.name).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/);
    expect(config.folder.startsWith('/')).toBe(true);
  });

  it('reads the key from a file', () => {
    const path = join(folder, 'key');
    writeFileSync(path, ' from-file \n');
    expect(readAgentConfig({ SWATH_HOST: given.SWATH_HOST, SWATH_AGENT_KEY_FILE: path }).agentKey).toBe(
      'from-file',
    );
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ SWATH_AGENT_KEY: 'key' }, /SWATH_HOST/],
    [{ ...given, SWATH_HOST: 'ftp://x' }, /SWATH_HOST.*http/],
    [{ SWATH_HOST: given.SWATH_HOST }, /SWATH_AGENT_KEY_FILE/],
    [{ SWATH_HOST: given.SWATH_HOST, SWATH_AGENT_KEY_FILE: '/no/such/file' }, /cannot read \/no\/such\/file/],
    [{ ...given, SWATH_AGENT_SLOTS: '0' }, /SWATH_AGENT_SLOTS/],
    [{ ...given, SWATH_AGENT_SLOTS: 'many' }, /SWATH_AGENT_SLOTS/],
    [{ ...given, SWATH_AGENT_PROVIDER: 'tpu' }, /SWATH_AGENT_PROVIDER/],
    [{ ...given, SWATH_AGENT_NAME: 'a b' }, /SWATH_AGENT_NAME/],
  ])('refuses %j', (env, problem) => {
    expect(() => readAgentConfig(env)).toThrow(problem);
  });
});
