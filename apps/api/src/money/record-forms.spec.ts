import { expect, it } from 'vitest';
import { csvLine } from './record-forms.js';

it.each([
  ['text, numbers and nothing', ['a', 1.5, null], 'a,1.5,\r\n'],
  ['quotes, commas and lines', ['say "hi"', 'a,b', 'a\nb'], '"say ""hi""","a,b","a\nb"\r\n'],
  ['negative amounts as numbers', ['-0.500000', -3], '-0.500000,-3\r\n'],
  ['formulas as text', ['=1+1', '@SUM(A1)', '-2+3', '+cmd', '\tx'], "'=1+1,'@SUM(A1),'-2+3,'+cmd,'\tx\r\n"],
  ['a formula with quotes as text', ['=HYPERLINK("x")'], `"'=HYPERLINK(""x"")"\r\n`],
])('writes %s', (_, cells, line) => {
  expect(csvLine(cells)).toBe(line);
});
