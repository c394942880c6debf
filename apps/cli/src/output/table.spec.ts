import fc from 'fast-check';
import pc from 'picocolors';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { csvText, tableLines, type Column } from './table.js';

interface Row {
  readonly id: string;
  readonly text: string;
  readonly count: number;
}

const style = pc.createColors(false);
const columns: readonly Column<Row>[] = [
  { title: 'ID', cell: ({ id }) => id },
  { title: 'TEXT', cell: ({ text }) => text, elastic: true, weight: 5 },
  { title: 'COUNT', cell: ({ count }) => String(count), align: 'right', weight: 2 },
];
const rows: Row[] = [
  { id: 'a1', text: 'a long text that may be cut', count: 7 },
  { id: 'b22', text: 'short', count: 1234 },
];

describe('tableLines', () => {
  it('aligns columns, numbers to the right', () => {
    expect(tableLines(rows, columns, { width: undefined, style })).toEqual([
      'ID   TEXT                         COUNT',
      'a1   a long text that may be cut      7',
      'b22  short                         1234',
    ]);
  });

  it('cuts what may be cut before it leaves a column out', () => {
    expect(tableLines(rows, columns, { width: 25, style })[1]).toBe('a1   a long text …      7');
  });

  it('leaves out the least important column, never the first', () => {
    expect(tableLines(rows, columns, { width: 14, style })).toEqual(
      ['ID   TEXT', 'a1   a long te…', 'b22  short'].map((line) => line.replace('a long te…', 'a long t…')),
    );
    expect(tableLines(rows, columns, { width: 3, style })).toEqual(['ID', 'a1', 'b22']);
  });

  it('keeps every line within the width as long as the first column fits', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            id: fc.string({ maxLength: 5 }),
            text: fc.string({ unit: fc.constantFrom('a', ' ', '漢', 'é') }),
            count: fc.nat(),
          }),
        ),
        fc.integer({ min: 10, max: 80 }),
        (some, width) => {
          for (const line of tableLines(some, columns, { width, style }))
            expect(stringWidth(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });

  it('keeps control characters of names from the terminal', () => {
    const hostile = [{ id: 'x', text: '\u001b[2Jgone\nnext', count: 1 }];
    expect(tableLines(hostile, columns, { width: undefined, style })[1]).toBe('x    [2Jgone next      1');
  });
});

describe('csvText', () => {
  it('quotes what needs it', () => {
    expect(csvText([{ id: 'a,b', text: 'say "hi"', count: 1 }], columns)).toBe(
      'id,text,count\r\n"a,b","say ""hi""",1\r\n',
    );
    expect(csvText([{ id: '=1+1', text: '', count: -1 }], columns)).toBe("id,text,count\r\n'=1+1,,-1\r\n");
  });
});
