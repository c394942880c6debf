import { describe, expect, it } from 'vitest';
import { createLogger, readable } from './logger.js';

function capture(options: { level?: 'info' | 'warn'; pretty?: boolean } = {}) {
  const lines: string[] = [];
  const logger = createLogger({ name: 'api', write: (line) => lines.push(line), ...options });
  return { logger, lines };
}

describe('createLogger', () => {
  it('writes one JSON object a line, with name, level as a word, ISO time and the fields', () => {
    const { logger, lines } = capture();
    logger.child({ sweepId: 'swp_1' }).info({ trial: 3 }, 'started');
    expect(lines).toHaveLength(1);
    const entry = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    expect(entry).toMatchObject({ name: 'api', level: 'info', sweepId: 'swp_1', trial: 3, msg: 'started' });
    expect(entry['time']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('leaves out what is less severe than its level', () => {
    const { logger, lines } = capture({ level: 'warn' });
    logger.info('quiet');
    expect(lines).toEqual([]);
  });

  it.each(['authorization', 'token', 'apiKey', 'password', 'databaseUrl'])(
    'never writes the value of %s',
    (key) => {
      const { logger, lines } = capture();
      logger.info({ [key]: 'hush', request: { [key]: 'hush' } }, 'x');
      expect(lines[0]).not.toContain('hush');
    },
  );

  it('keeps the stack of an error', () => {
    const { logger, lines } = capture({ pretty: true });
    logger.error({ err: new Error('broken') }, 'failed');
    expect(lines[0]).toMatch(/ERROR api: failed\nError: broken\n\s+at /);
  });
});

describe('readable', () => {
  it('puts time, level, name, message and fields on one line', () => {
    const line =
      '{"level":"info","time":"2026-01-02T03:04:05.678Z","pid":1,"hostname":"h","name":"api","port":80,"msg":"listening"}\n';
    expect(readable(line)).toBe('03:04:05.678 INFO  api: listening port=80\n');
  });

  it('passes on what is not JSON', () => {
    expect(readable('plain text\n')).toBe('plain text\n');
  });
});
