import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bootstrapKeys } from './bootstrap-keys.js';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'swath-keys-'));
});
afterEach(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

describe('bootstrapKeys', () => {
  it('makes two random keys in files that only this user can read', () => {
    const { apiKey, apiKeyFile, agentKeyFile } = bootstrapKeys(dataDir);
    expect(apiKey).toMatch(/^swk_\w{8}-\w{40}$/);
    expect(readFileSync(apiKeyFile, 'utf8')).toBe(`${apiKey}\n`);
    expect(readFileSync(agentKeyFile, 'utf8')).toMatch(/^swa_\w{8}-\w{40}\n$/);
    for (const file of [apiKeyFile, agentKeyFile]) expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(dataDir).sort()).toEqual(['agent-key', 'api-key']);
  });

  it('keeps the keys of an earlier start', () => {
    expect(bootstrapKeys(dataDir)).toEqual(bootstrapKeys(dataDir));
  });
});
