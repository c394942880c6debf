// Every SWATH_* variable that the product reads or sets has a row in docs/operations.md, and no row is left of one that is gone.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repository } from './planted-tree.js';

const VARIABLE = /\bSWATH_[A-Z][A-Z0-9_]*[A-Z0-9]\b/g;
const SOURCES = ['apps', 'libs', 'workflows/src', 'docker-compose.yml'];
const TEST_CODE = /(^libs\/testing\/|spec\.tsx?$|\/bench\/|\/test\/)/;

function variablesIn(files: readonly string[]): Set<string> {
  return new Set(files.flatMap((file) => readFileSync(join(repository, file), 'utf8').match(VARIABLE) ?? []));
}

describe('docs/operations.md', () => {
  const tracked = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', ...SOURCES],
    {
      cwd: repository,
      encoding: 'utf8',
    },
  );
  const files = tracked
    .split('\n')
    .filter((file) => /\.(ts|tsx|mjs|py|yml|yaml)$/.test(file) && !TEST_CODE.test(file))
    .filter((file) => existsSync(join(repository, file)));
  const used = variablesIn(files);
  const documented = variablesIn(['docs/operations.md']);

  it('names every variable of the product', () => {
    expect(files.length).toBeGreaterThan(20);
    expect([...used].filter((name) => !documented.has(name))).toEqual([]);
  });

  it('names no variable that nothing uses', () => {
    expect([...documented].filter((name) => !used.has(name))).toEqual([]);
  });
});
