import { describe, expect, it } from 'vitest';
import { ConfigError, parseConfig, type SettingsSchema } from './config.js';

const schema: SettingsSchema<{ port: number; pool: { name: string } }> = {
  safeParse(input) {
    const env = input as Record<string, string>;
    const issues = [
      ...(/^\d+$/.test(env['PORT'] ?? '') ? [] : [{ path: ['PORT'], message: 'must be a number' }]),
      ...(env['POOL'] === undefined ? [{ path: ['POOL'], message: 'is required' }] : []),
    ];
    return issues.length > 0
      ? { success: false, error: { issues } }
      : { success: true, data: { port: Number(env['PORT']), pool: { name: String(env['POOL']) } } };
  },
};

describe('parseConfig', () => {
  it('returns the typed settings, frozen at every depth', () => {
    const config = parseConfig(schema, { PORT: '8080', POOL: 'a' });
    expect(config).toEqual({ port: 8080, pool: { name: 'a' } });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.pool)).toBe(true);
  });

  it('names every problem at once', () => {
    expect(() => parseConfig(schema, { PORT: 'x' })).toThrow(ConfigError);
    expect(() => parseConfig(schema, { PORT: 'x' })).toThrow(/PORT: must be a number\n {2}POOL: is required/);
  });

  it('takes an empty variable as not set', () => {
    expect(() => parseConfig(schema, { PORT: '1', POOL: '' })).toThrow(/POOL: is required/);
  });

  it('does not repeat a value, which may be a secret', () => {
    expect(() => parseConfig(schema, { PORT: 's3cret', POOL: 'a' })).not.toThrow(/s3cret/);
  });
});
