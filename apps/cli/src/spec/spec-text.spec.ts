import { parseSweepSpec } from '@swath/contracts';
import { describe, expect, it } from 'vitest';
import { editSpecText, parseSetFlag, placeOf } from './spec-text.js';

const TEXT = `# how we search
method: random
parameters:
  lr: { min: 1.0, max: 2.50 }   # bounds
  text: { values: [1e-3, yes, '1', "2"] }
budget: { max_trials: 4 }
`;

function edited(text: string, ...flags: string[]): string {
  return editSpecText(text, flags.map(parseSetFlag));
}

describe('editSpecText', () => {
  it('keeps comments and the spelling of every other value', () => {
    const text = edited(TEXT, 'budget.max_trials=9');
    for (const kept of ['# how we search', '# bounds', 'min: 1.0,', 'max: 2.50', '1e-3', 'yes', "'1'", '"2"'])
      expect(text).toContain(kept);
    expect(parseSweepSpec(text)).toMatchObject({ ok: true, spec: { budget: { max_trials: 9 } } });
  });

  it.each([
    ['a new key in a new group', 'resources.pool=a100', { resources: { pool: 'a100' } }],
    ['a list', 'parameters.lr.values=[1, 2]', undefined],
    ['a group', 'parameters.lr={values: [16, 32]}', { parameters: { lr: { values: [16, 32] } } }],
    [
      'an entry of a list',
      'parameters.text.values.3=3',
      { parameters: { text: { values: ['1e-3', true, '1', 3] } } },
    ],
  ])('sets %s', (_title, flag, expected) => {
    const parsed = parseSweepSpec(edited(TEXT, flag));
    if (expected === undefined) expect(parsed.ok).toBe(false);
    else expect(parsed).toMatchObject({ ok: true, spec: expected });
  });

  it('leaves JSON as JSON', () => {
    const json =
      '{"method": "random", "parameters": {"lr": {"values": [1e-3, 2.0]}}, "budget": {"max_trials": 3}}';
    const text = edited(json, 'name=nine', 'resources.pool=a100', 'budget.max_trials=5');
    expect(JSON.parse(text)).toMatchObject({
      name: 'nine',
      resources: { pool: 'a100' },
      budget: { max_trials: 5 },
      parameters: { lr: { values: [0.001, 2] } },
    });
  });

  it.each(['budget.max_trials.x=1', 'method.x=1'])('refuses %s: there are no keys', (flag) => {
    expect(() => edited(TEXT, flag)).toThrow(/cannot be set/);
  });

  it.each(['x', '=1', 'a..b=1', 'a=[1'])('refuses the flag %s', (flag) => {
    expect(() => edited(TEXT, flag)).toThrow(
      expect.objectContaining({ facts: expect.objectContaining({ exit: 'usage' }) }),
    );
  });

  it('leaves a text that cannot be read to the parser, which says where', () => {
    expect(edited('a: [1', 'b=1')).toBe('a: [1');
  });
});

describe('placeOf', () => {
  it.each([
    ['/parameters/lr/max', { line: 4, column: 24 }],
    ['/parameters/text/values/2', { line: 5, column: 31 }],
    ['/budget/max_cost', { line: 6, column: 9 }],
    ['/nothing', {}],
  ])('finds %s', (pointer, place) => {
    expect(placeOf(TEXT, pointer)).toEqual(place);
  });
});
