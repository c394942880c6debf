import type { LeaseGrant } from '@swath/contracts';
import { describe, expect, it } from 'vitest';
import { attemptEnvironment } from './attempt-environment.js';
import { attemptFiles, isSafeId } from './attempt-files.js';

const grant: LeaseGrant = {
  leaseId: 'ls_abcdefgh-3-2',
  attemptId: 'at_abcdefgh-3-2',
  trialId: 'tr_abcdefgh-3',
  sweepId: 'sw_abcdefgh',
  runId: 'abcdefgh-3',
  project: 'vision',
  trialNumber: 3,
  attempt: 2,
  slots: [0],
  ttlMs: 1,
  graceMs: 1,
  command: ['true'],
  parameters: {},
  env: { DATA: '/data', PATH: '/opt/bin', SWATH_RUN_ID: 'forged' },
  token: 'swt_token',
  seed: 17,
};
const files = attemptFiles('/agent', grant);
const source = {
  grant,
  files,
  host: 'http://api:8080',
  inherited: {
    PATH: '/usr/bin',
    HOME: '/root',
    SWATH_AGENT_KEY: 'secret',
    SWATH_DATABASE_URL: 'postgres://',
    NODE_OPTIONS: '--inspect',
    EMPTY: undefined,
  },
  pythonFolder: '/python',
  devices: { CUDA_VISIBLE_DEVICES: 'GPU-1' },
  resumeFrom: undefined,
};

describe('attemptEnvironment', () => {
  const environment = attemptEnvironment(source);

  it('tells the command what it is', () => {
    expect(environment).toMatchObject({
      SWATH_HOST: 'http://api:8080',
      SWATH_TOKEN: 'swt_token',
      SWATH_SWEEP_ID: 'sw_abcdefgh',
      SWATH_TRIAL_ID: 'tr_abcdefgh-3',
      SWATH_TRIAL_NUMBER: '3',
      SWATH_ATTEMPT: '2',
      SWATH_ATTEMPT_ID: 'at_abcdefgh-3-2',
      SWATH_SEED: '17',
      SWATH_METRICS: '/agent/attempts/at_abcdefgh-3-2/metrics.jsonl',
      SWATH_CHECKPOINT_DIR: '/agent/attempts/at_abcdefgh-3-2/checkpoints',
      CUDA_VISIBLE_DEVICES: 'GPU-1',
      WANDB_RUN_ID: 'abcdefgh-3',
      WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL: '1',
    });
  });

  it('gives no credential or setting of the agent away', () => {
    const text = JSON.stringify(environment);
    expect(text).not.toContain('secret');
    expect(text).not.toContain('postgres://');
    expect(environment).not.toHaveProperty('NODE_OPTIONS');
    expect(environment).not.toHaveProperty('EMPTY');
  });

  it('lets the sweep override the node, and not ours', () => {
    expect(environment).toMatchObject({
      PATH: '/opt/bin',
      DATA: '/data',
      HOME: '/root',
      SWATH_RUN_ID: 'abcdefgh-3',
    });
  });

  it('names a checkpoint only when there is one, and a checkpoint signal only when the spec has one', () => {
    expect(environment).not.toHaveProperty('SWATH_RESUME_FROM');
    expect(environment).not.toHaveProperty('SWATH_CHECKPOINT_SIGNAL');
    const resumed = attemptEnvironment({
      ...source,
      grant: { ...grant, checkpointSignal: 'SIGUSR1', objective: 'loss' },
      resumeFrom: '/agent/c',
    });
    expect(resumed).toMatchObject({
      SWATH_RESUME_FROM: '/agent/c',
      SWATH_CHECKPOINT_SIGNAL: 'SIGUSR1',
      SWATH_OBJECTIVE: 'loss',
    });
  });

  it.each([
    [undefined, undefined, '/python'],
    ['/node', undefined, '/python:/node'],
    ['/node', '/sweep', '/python:/sweep'],
  ])('puts the swath module before PYTHONPATH %s and %s', (node, sweep, expected) => {
    const inherited = { ...source.inherited, PYTHONPATH: node };
    const env: Record<string, string> = sweep === undefined ? {} : { PYTHONPATH: sweep };
    expect(attemptEnvironment({ ...source, inherited, grant: { ...grant, env } })['PYTHONPATH']).toBe(
      expected,
    );
  });
});

describe('attemptFiles', () => {
  it('keeps the socket path short enough for the system', () => {
    expect(attemptFiles(`/${'deep/'.repeat(40)}agent`, grant).socket.length).toBeLessThan(108);
  });

  it.each([
    ['at_abcdefgh-1-1', true],
    ['..', false],
    ['../x', false],
    ['a/b', false],
    ['', false],
    ['x'.repeat(200), false],
  ])('takes the id %s as a file name: %s', (id, safe) => {
    expect(isSafeId(id)).toBe(safe);
  });
});
