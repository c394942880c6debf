import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFilter } from './filter.js';
import { sweepFilterFields, trialFilterFields } from './list-fields.js';

function terms(text: string) {
  const result = parseFilter(text, trialFilterFields);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.terms;
}

function fault(text: string, fields = trialFilterFields): string {
  const result = parseFilter(text, fields);
  return result.ok ? '' : (result.problems[0]?.detail ?? '');
}

describe('the filter language', () => {
  it('reads words, numbers, ranges, times and open fields', () => {
    expect(
      terms('state:running,failed -cost>=10.5 params.lr:1e-4..1e-2 created>-7d params.opt:adam'),
    ).toEqual([
      {
        field: 'state',
        isNegated: false,
        test: {
          kind: 'oneOf',
          values: [
            { kind: 'text', text: 'running' },
            { kind: 'text', text: 'failed' },
          ],
        },
      },
      {
        field: 'cost',
        isNegated: true,
        test: { kind: 'compare', op: '>=', value: { kind: 'number', number: 10.5 } },
      },
      {
        field: 'params',
        key: 'lr',
        isNegated: false,
        test: { kind: 'range', from: { kind: 'number', number: 1e-4 }, to: { kind: 'number', number: 1e-2 } },
      },
      {
        field: 'created',
        isNegated: false,
        test: { kind: 'compare', op: '>', value: { kind: 'ago', seconds: 604_800 } },
      },
      {
        field: 'params',
        key: 'opt',
        isNegated: false,
        test: { kind: 'oneOf', values: [{ kind: 'text', text: 'adam' }] },
      },
    ]);
  });

  it('takes words without an operator, and quoted ones whatever they hold, as free text', () => {
    expect(terms('resnet "a: b > c"').map(({ test }) => test)).toEqual([
      { kind: 'oneOf', values: [{ kind: 'text', text: 'resnet' }] },
      { kind: 'oneOf', values: [{ kind: 'text', text: 'a: b > c' }] },
    ]);
    expect(terms('params.note:"x, y"')[0]?.test).toEqual({
      kind: 'oneOf',
      values: [{ kind: 'text', text: 'x, y' }],
    });
  });

  it.each([
    ['stat:running', 'column 1: "stat" is no field of this list. Did you mean "state"?'],
    ['state:runing', 'column 1: "runing" is no state; one of'],
    ['best:1 cost>many', 'column 8: "many" is no number'],
    ['created>yesterday', 'column 1: "yesterday" is no time'],
    ['params:1', 'column 1: write params.NAME'],
    ['state.x:running', 'column 1: "state" has no parts'],
    ['cost>', 'column 1: a value is missing after "cost>"'],
    ['state<running', 'column 1: "state" is compared with numbers or times only'],
    ['__proto__:1', 'column 1: "__proto__" is no field'],
  ])('says where %s is wrong', (text, start) => {
    expect(fault(text)).toContain(start);
  });

  it('names every problem at once and bounds the number of terms', () => {
    const result = parseFilter('a:1 b:2', sweepFilterFields);
    expect(result.ok ? [] : result.problems.map(({ column }) => column)).toEqual([1, 5]);
    expect(fault('x '.repeat(21))).toContain('at most 20 terms');
  });

  it('never throws, and keeps what it read', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        const result = parseFilter(text, trialFilterFields);
        if (result.ok)
          for (const { field } of result.terms)
            expect(['text', ...Object.keys(trialFilterFields)]).toContain(field);
      }),
    );
    fc.assert(
      fc.property(
        fc.string({ maxLength: 50 }).filter((text) => !/["\0]/.test(text)),
        (text) => {
          expect(terms(`"${text}"`)).toEqual([
            { field: 'text', isNegated: false, test: { kind: 'oneOf', values: [{ kind: 'text', text }] } },
          ]);
        },
      ),
    );
  });
});
