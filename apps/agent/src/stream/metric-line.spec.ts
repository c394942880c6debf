import { describe, expect, it } from 'vitest';
import { parseMetricLine } from './metric-line.js';

describe('parseMetricLine', () => {
  it.each<[string, unknown]>([
    ['{"step":3,"val_loss":0.31}', { step: 3, values: { val_loss: 0.31 } }],
    ['{"_step":3,"loss":1}', { step: 3, values: { loss: 1 } }],
    ['{"step":1,"_step":2,"loss":1}', { step: 1, values: { loss: 1 } }],
    ['{"loss":1}', { values: { loss: 1 } }],
    ['{"a":NaN,"b":Infinity,"c":-Infinity}', { values: { a: 'NaN', b: 'Infinity', c: '-Infinity' } }],
    [
      '{"a":"NaN","text":"NaN and Infinity \\" NaN"}',
      { values: { a: 'NaN', text: 'NaN and Infinity " NaN' } },
    ],
    ['{"note":"NaN: x","a":NaN}', { values: { note: 'NaN: x', a: 'NaN' } }],
    [
      '{"nested":{"a":[1,NaN]},"flag":true,"none":null}',
      { values: { nested: { a: [1, 'NaN'] }, flag: true, none: null } },
    ],
    ['  {"loss":1}\r', { values: { loss: 1 } }],
    ['{"step":0,"größe":1e-300}', { step: 0, values: { größe: 1e-300 } }],
  ])('reads %s', (line, row) => {
    expect(parseMetricLine(line)).toEqual({ row });
  });

  it.each<[string, RegExp]>([
    ['', /not a JSON object/],
    ['loss: 3', /not a JSON object/],
    ['[1]', /not a JSON object/],
    ['"text"', /not a JSON object/],
    ['{"loss":1', /not a JSON object/],
    ['{"step":1.5,"loss":1}', /step 1.5/],
    ['{"step":-1,"loss":1}', /step -1/],
    ['{"step":"1","loss":1}', /step "1"/],
    ['{"step":9007199254740993,"loss":1}', /step/],
    ['{"step":1}', /no values/],
    ['{"":1}', /metric name/],
    [JSON.stringify({ ['x'.repeat(256)]: 1 }), /metric name/],
    [
      JSON.stringify(Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`m${i}`, 1]))),
      /more than 1000/,
    ],
  ])('refuses %s', (line, problem) => {
    expect(parseMetricLine(line)).toEqual({ problem: expect.stringMatching(problem) as string });
  });

  it('keeps a name that JavaScript has its own meaning for as a plain value', () => {
    const parsed = parseMetricLine('{"__proto__":1,"constructor":2}');
    expect('row' in parsed && Object.entries(parsed.row.values)).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
    ]);
  });
});
