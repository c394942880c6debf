// npm links the executables of a workspace while it installs, before anything is built: each must be a source file, or
// `npx swath` fails in a fresh clone.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

function git(...args: string[]): string[] {
  return execFileSync('git', ['ls-files', ...args], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '');
}

interface Manifest {
  readonly bin?: Readonly<Record<string, string>>;
}

const executables = git('*package.json').flatMap((file) => {
  const { bin = {} } = JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest;
  return Object.entries(bin).map(([name, path]) => ({ name, path: join(dirname(file), path) }));
});

describe('the executables of the workspaces', () => {
  it('are known', () => {
    expect(executables.map(({ name }) => name).toSorted()).toEqual(['swath', 'swath-ask-tell']);
  });

  it.each(executables)('$name is a source file that may be executed', ({ path }) => {
    expect(git('--stage', '--', path)[0]?.split(' ')[0]).toBe('100755');
  });
});
