// The Python packages that the examples' tests import, in a virtual environment of their own in the cache folder, made at the first run
// of the tests. Without Python or PyPI the tests run all the same and skip those examples with the reason.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { say } from './install.mjs';

const PACKAGES = ['numpy==2.3.5', 'scikit-learn==1.7.2'];

/**
 * The environment for the tests: PATH begins with a Python that has the packages, when there can be one.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function testEnvironment() {
  const cache =
    process.env.SWATH_CACHE_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'swath');
  const folder = join(cache, 'test-python');
  const bin = join(folder, 'bin');
  const stamp = join(folder, `${PACKAGES.join('-')}.made`);
  if (!existsSync(stamp)) {
    say(`installing ${PACKAGES.join(' and ')} for the examples' tests`);
    mkdirSync(cache, { recursive: true });
    const made =
      run('python3', ['-m', 'venv', folder]) &&
      run(join(bin, 'python3'), ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', ...PACKAGES]);
    if (!made) return process.env;
    writeFileSync(stamp, '');
  }
  return { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
}

/**
 * @param {string} program
 * @param {string[]} args
 */
function run(program, args) {
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error !== undefined) say(`${program}: ${error.message}`);
  return status === 0;
}
