import { describe, expect, it } from 'vitest';
import { maskSecrets, parseOutputLine, secretsOf } from './output-line.js';

const plain = (text: string): string => text;

describe('parseOutputLine', () => {
  it('reads a stored line', () => {
    expect(parseOutputLine('{"s":"stderr","t":12.4,"x":"text"}', plain)).toEqual({
      stream: 'stderr',
      offsetMs: 12,
      text: 'text',
    });
  });

  it.each([
    '',
    'x',
    '{"s":"stdout","t":1',
    '{"s":"other","t":1,"x":"a"}',
    '{"s":"stdout","t":"1","x":"a"}',
    '[1]',
    'null',
  ])('refuses the damaged line %j', (line) => {
    expect(parseOutputLine(line, plain)).toBeUndefined();
  });

  it('replaces NUL, which no database takes, and keeps other control characters', () => {
    const line = JSON.stringify({ s: 'stdout', t: 1, x: 'a\0b\u001b[31m' });
    expect(parseOutputLine(line, plain)?.text).toBe('a\ufffdb\u001b[31m');
  });
});

describe('masking of secrets', () => {
  it('masks known values and those of variables whose name says so', () => {
    const secrets = secretsOf({ DB_PASSWORD: 'hunter2hunter2', PATH: '/usr/bin:/bin', SHORT_KEY: 'abc' }, [
      'token-1234567',
    ]);
    expect(maskSecrets('p=hunter2hunter2 t=token-1234567 abc /usr/bin:/bin', secrets)).toBe(
      'p=[secret] t=[secret] abc /usr/bin:/bin',
    );
  });

  it('masks a secret that contains another as a whole', () => {
    expect(maskSecrets('secret-long-tail', secretsOf({}, ['secret-long', 'secret-long-tail']))).toBe(
      '[secret]',
    );
  });
});
