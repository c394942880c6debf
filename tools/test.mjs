// `npm test`: installs and builds what is missing, runs every test project, cheapest first, and ends with one line of totals over all of
// them. Arguments go to Vitest (`npm test -- libs/search`); `--project NAME` runs only that one. Exits with 1 when a test failed, a file
// did not load, or no test ran.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, checkNode, installPackages, root, say } from './install.mjs';
import { testEnvironment } from './test-python.mjs';

const PROJECTS = ['unit', 'replay', 'db', 'e2e'];

checkNode();
installPackages();
build();

const env = testEnvironment();
const args = process.argv.slice(2);
const chosen = takeProjects(args);
const folder = mkdtempSync(join(tmpdir(), 'swath-totals-'));
const totals = { passed: 0, failed: 0, skipped: 0 };
for (const project of chosen.length > 0 ? chosen : PROJECTS) {
  const outputFile = join(folder, `${project}.json`);
  say(`running the ${project} tests`);
  const result = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      ...['run', '--project', project, '--passWithNoTests', ...args],
      ...['--reporter=default', '--reporter=json', `--outputFile.json=${outputFile}`],
    ],
    { cwd: root, env, stdio: 'inherit' },
  );
  const counted = count(outputFile);
  // A run that fails without a failed test in its report failed outside of the tests: it must not pass for success.
  if (result.status !== 0 && counted.failed === 0) counted.failed = 1;
  for (const key of /** @type {const} */ (['passed', 'failed', 'skipped'])) totals[key] += counted[key];
}
rmSync(folder, { recursive: true, force: true });

const skipped = totals.skipped === 0 ? '' : `, ${totals.skipped} skipped`;
console.log(`${totals.passed} passed, ${totals.failed} failed${skipped}`);
process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0;

/**
 * Takes `--project NAME` out of the arguments.
 *
 * @param {string[]} given
 */
function takeProjects(given) {
  const found = [];
  for (let at = given.indexOf('--project'); at !== -1; at = given.indexOf('--project')) {
    found.push(String(given.splice(at, 2)[1]));
  }
  return found;
}

/**
 * Counts the tests of a JSON report; a file that failed to load counts as one failed test.
 *
 * @param {string} report
 */
function count(report) {
  const counted = { passed: 0, failed: 0, skipped: 0 };
  let files;
  try {
    files = JSON.parse(readFileSync(report, 'utf8')).testResults;
  } catch {
    return counted;
  }
  for (const file of files) {
    const failedBefore = counted.failed;
    for (const { status } of file.assertionResults) {
      if (status === 'passed') counted.passed += 1;
      else if (status === 'failed') counted.failed += 1;
      else counted.skipped += 1;
    }
    if (file.status === 'failed' && counted.failed === failedBefore) counted.failed += 1;
  }
  return counted;
}
