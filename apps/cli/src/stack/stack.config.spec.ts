import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readStackConfig } from './stack.config.js';

describe('readStackConfig', () => {
  it('has a default for everything', () => {
    expect(readStackConfig({}, {})).toEqual({
      dataDir: resolve('.swath'),
      once: false,
      json: false,
      example: true,
      apiPort: { port: 8080, fixed: false },
      temporalUiPort: undefined,
      agentSlots: 8,
      agentProvider: 'simulated',
      logLevel: 'info',
      env: {},
    });
  });

  it('takes a flag before a variable and a variable before the default', () => {
    const env = {
      SWATH_DATA_DIR: '/from/env',
      SWATH_API_PORT: '9000',
      SWATH_AGENT_SLOTS: '2',
      SWATH_AGENT_PROVIDER: 'cpu',
    };
    expect(readStackConfig({}, env).dataDir).toBe('/from/env');
    expect(readStackConfig({ data: '/from/flag', once: true, json: true }, env)).toMatchObject({
      dataDir: '/from/flag',
      once: true,
      json: true,
      apiPort: { port: 9000, fixed: true },
      agentSlots: 2,
      agentProvider: 'cpu',
    });
  });

  it('names every variable at fault at once, with its value and bound', () => {
    const env = { SWATH_API_PORT: '70000', SWATH_AGENT_SLOTS: '1.5', SWATH_AGENT_PROVIDER: 'tpu' };
    expect(() => readStackConfig({}, env)).toThrow(
      'swath up cannot start:\n' +
        '  SWATH_API_PORT is "70000", expected a whole number from 1 to 65535\n' +
        '  SWATH_AGENT_SLOTS is "1.5", expected a whole number from 1 to 1024\n' +
        '  SWATH_AGENT_PROVIDER is "tpu", expected one of simulated, cpu, nvidia',
    );
  });
});
