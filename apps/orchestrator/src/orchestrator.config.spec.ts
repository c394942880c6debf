import { describe, expect, it } from 'vitest';
import { logLevels } from './log-levels.js';
import { readConfig } from './orchestrator.config.js';

const SWATH_DATABASE_URL = 'postgres://swath:secret@127.0.0.1:5432/swath';

describe('readConfig', () => {
  it('needs the database and has a default for everything else', () => {
    expect(readConfig({ SWATH_DATABASE_URL })).toEqual({
      databaseUrl: SWATH_DATABASE_URL,
      temporal: { address: '127.0.0.1:7233', namespace: 'swath', taskQueue: 'swath-control', tls: false },
      logLevel: 'info',
    });
  });

  it('names every variable at fault at once, and no value', () => {
    const read = (): unknown =>
      readConfig({
        SWATH_DATABASE_URL: 'mysql://secret',
        SWATH_TEMPORAL_ADDRESS: 'nowhere',
        SWATH_LOG_LEVEL: 'loud',
      });
    expect(read).toThrow(/SWATH_DATABASE_URL[^]*SWATH_TEMPORAL_ADDRESS[^]*SWATH_LOG_LEVEL/);
    expect(read).not.toThrow(/secret/);
  });
});

describe('logLevels', () => {
  it('prints the given level and everything more severe', () => {
    expect(logLevels('warn')).toEqual(['warn', 'error', 'fatal']);
    expect(logLevels('debug')).toContain('log');
  });
});
