import { expect, it } from 'vitest';
import { csvLine } from './csv.js';

it.each([
  ['text, numbers and nothing', ['a', 1.5, null], 'a,1.5,\r\n'],
  ['quotes, commas and lines', ['say "hi"', 'a,b', 'a\nb'], '"say ""hi""","a,b","a\nb"\r\n'],
  ['negative amounts as numbers', ['-0.500000', -3], '-0.500000,-3\r\n'],
  ['formulas as text', ['=1+1', '@SUM(A1)', '-2+3', '+cmd', '\tx'], "'=1+1,'@SUM(A1),'-2+3,'+cmd,'\tx\r\n"],
  ['numbers of any form as numbers', ['-1.5e-7', '+2E10', '-'], '-1.5e-7,+2E10,-\r\n'],
  ['a formula with quotes as text', ['=HYPERLINK("x")'], `"'=HYPERLINK(""x"")"\r\n`],
])('writes %s', (_, cells, line) => {
  expect(csvLine(cells)).toBe(line);
});
