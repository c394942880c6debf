import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeGateway } from '../../test/fake-gateway.js';
import { runDoctor } from './doctor.js';

const folder = mkdtempSync(join(tmpdir(), 'swath-agent-spec-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let gateway: FakeGateway;
beforeEach(async () => {
  gateway = new FakeGateway();
  vi.stubEnv('SWATH_HOST', await gateway.listen());
  vi.stubEnv('SWATH_AGENT_KEY', 'key');
  vi.stubEnv('SWATH_AGENT_DIR', folder);
  vi.stubEnv('SWATH_AGENT_PROVIDER', 'cpu');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await gateway.close();
});

const statusOf = async (name: string): Promise<string | undefined> =>
  (await runDoctor()).checks.find((check) => check.name === name)?.status;

describe('runDoctor', () => {
  it('finds a sound node sound', async () => {
    const { ok, checks } = await runDoctor();
    expect(ok).toBe(true);
    expect(checks.map(({ name }) => name)).toEqual([
      'settings',
      'server',
      'clock',
      'isolation',
      'devices',
      'disk',
    ]);
  });

  it('names each setting that is wrong', async () => {
    vi.stubEnv('SWATH_AGENT_SLOTS', 'many');
    const { ok, checks } = await runDoctor();
    expect(ok).toBe(false);
    expect(checks[0]).toMatchObject({
      name: 'settings',
      status: 'problem',
      detail: expect.stringContaining('SWATH_AGENT_SLOTS') as string,
    });
  });

  it('says that the server does not answer, devices are missing or the folder cannot be written', async () => {
    vi.stubEnv('SWATH_HOST', 'http://127.0.0.1:9');
    expect(await statusOf('server')).toBe('problem');
    writeFileSync(join(folder, 'file'), '');
    vi.stubEnv('SWATH_AGENT_DIR', join(folder, 'file', 'agent'));
    expect(await statusOf('disk')).toBe('problem');
    vi.stubEnv('SWATH_AGENT_PROVIDER', 'amd');
    expect(await statusOf('devices')).toBe('problem');
  });
});
