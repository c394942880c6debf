// The filters and fields that docs/reference/filters.md shows are those that the parser takes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseFilter, sweepFilterFields, trialFilterFields } from '@swath/contracts';
import { describe, expect, it } from 'vitest';
import { repository } from './planted-tree.js';

const page = readFileSync(join(repository, 'docs/reference/filters.md'), 'utf8');
const codes = (text: string): string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code.replaceAll('\\|', '|'));

describe('docs/reference/filters.md', () => {
  it('shows filters that are read as filters of fields', () => {
    const grammar = page.slice(page.indexOf('| Written'), page.indexOf('Terms are joined'));
    const cells = grammar.split('\n').flatMap((line) => codes(line.split('|')[1] ?? ''));
    expect(cells.length).toBeGreaterThan(8);
    const fields = { ...sweepFilterFields, ...trialFilterFields, state: { kind: 'word' as const } };
    for (const cell of cells) expect({ cell, ...parseFilter(cell, fields) }).toMatchObject({ ok: true });
    for (const [, filter = ''] of page.matchAll(/(?:q=|--filter ')([a-z][^'\n]+)/g)) {
      expect({ filter, ...parseFilter(filter, fields) }).toMatchObject({ ok: true });
    }
  });

  it.each([
    ['## Fields of sweeps', sweepFilterFields],
    ['## Fields of trials', trialFilterFields],
  ])('%s: lists every one', (title, fields) => {
    const section = page.split(title)[1]?.split('\n## ')[0] ?? '';
    const named = codes(section).map((code) => code.replace(/[.:].*$/, ''));
    expect(new Set(named)).toEqual(new Set(Object.keys(fields)));
  });
});
