// The gate: `npm run check` runs every static check, cheap ones first and two at a time, and says what to do about each
// failure. `npm run check -- lint types` runs only the named steps. Tests are not here: `npm test` runs those.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const node = process.execPath;
const bin = (/** @type {string} */ name) => `${root}node_modules/.bin/${name}`;

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string[]} command program and arguments, run at the root
 * @property {string} advice what to do when it fails
 * @property {string[]} [needs] steps that must have passed before
 */

/** @type {Step[]} */
const steps = [
  {
    name: 'format',
    command: [
      bin('prettier'),
      '--check',
      '--log-level=warn',
      '--cache',
      '--cache-strategy=content',
      '--cache-location=node_modules/.cache/swath/prettier',
      '.',
    ],
    advice: 'Run `npm run fix`.',
  },
  {
    name: 'imports',
    command: [
      bin('depcruise'),
      '--config',
      '.dependency-cruiser.cjs',
      'apps',
      'libs',
      'workflows',
      'tools',
      'test',
    ],
    advice: 'Each rule’s comment in .dependency-cruiser.cjs says where the code belongs.',
  },
  {
    name: 'values',
    command: [node, 'tools/check-runtime-imports.mjs'],
    advice: 'Use `import type`, or import the value from @swath/contracts/states.',
  },
  {
    name: 'links',
    command: [node, 'tools/check-docs-links.mjs'],
    advice: 'Correct the link, or the page that should be there.',
  },
  {
    name: 'types',
    command: [bin('tsc'), '-b'],
    advice: 'The compiler’s message names file and line.',
  },
  {
    name: 'dead code',
    command: [bin('knip'), '--no-progress', '--no-config-hints'],
    advice: 'Delete what nothing uses, or use it; declare what a package imports in its package.json.',
  },
  {
    name: 'lint',
    command: [bin('eslint'), '.', '--max-warnings=0'],
    advice: '`npm run fix` corrects what can be corrected by a machine; each other message says what to do.',
  },
  {
    name: 'test types',
    command: [bin('tsc'), '-p', 'tsconfig.spec.json'],
    advice: 'The compiler’s message names file and line.',
  },
  {
    name: 'documented',
    command: [bin('typedoc')],
    advice: 'Give the export a doc comment: what it means or does, units, range, default, @throws.',
  },
  {
    name: 'generated',
    command: [node, 'tools/generate.mjs', '--check'],
    advice: 'Run `npm run generate` and commit what it writes.',
    needs: ['types'],
  },
];

/**
 * Runs one step to its end.
 *
 * @param {Step} step
 * @returns {Promise<{ passed: boolean, output: string, seconds: number }>}
 */
function run(step) {
  const started = performance.now();
  return new Promise((resolve) => {
    const [program = '', ...args] = step.command;
    const child = spawn(program, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }) },
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    child.stderr.on('data', (chunk) => (output += String(chunk)));
    const end = (/** @type {boolean} */ passed) =>
      resolve({ passed, output: output.trim(), seconds: (performance.now() - started) / 1000 });
    child.on('error', (error) => {
      output += `${error.message}\nRun \`npm ci\` first.`;
      end(false);
    });
    child.on('close', (code) => end(code === 0));
  });
}

/**
 * Runs the steps in order, at most `lanes` at a time, each after those it needs.
 *
 * @param {Step[]} chosen
 * @param {number} lanes
 * @returns {Promise<string[]>} names of the steps that did not pass
 */
async function runAll(chosen, lanes) {
  const waiting = [...chosen];
  const names = new Set(chosen.map((step) => step.name));
  /** @type {Map<string, boolean>} */
  const done = new Map();
  /** @type {Set<Promise<void>>} */
  const running = new Set();

  const ready = (/** @type {Step} */ step) =>
    (step.needs ?? []).every((name) => done.has(name) || !names.has(name));

  while (waiting.length > 0 || running.size > 0) {
    const next = running.size < lanes ? waiting.findIndex(ready) : -1;
    if (next < 0) {
      await Promise.race(running);
      continue;
    }
    const [step] = waiting.splice(next, 1);
    if (step === undefined) continue;
    const missing = (step.needs ?? []).filter((name) => done.get(name) === false);
    if (missing.length > 0) {
      done.set(step.name, false);
      console.log(`skip  ${step.name.padEnd(12)} needs ${missing.join(', ')}`);
      continue;
    }
    const one = run(step).then((result) => {
      done.set(step.name, result.passed);
      report(step, result);
      running.delete(one);
    });
    running.add(one);
  }
  return chosen.map((step) => step.name).filter((name) => done.get(name) === false);
}

/**
 * @param {Step} step
 * @param {{ passed: boolean, output: string, seconds: number }} result
 */
function report(step, { passed, output, seconds }) {
  console.log(`${passed ? 'ok  ' : 'FAIL'}  ${step.name.padEnd(12)} ${seconds.toFixed(1).padStart(6)} s`);
  if (!passed) console.log(`\n${output}\n\n${step.name}: ${step.advice}\n`);
}

const { positionals } = parseArgs({ allowPositionals: true });
const unknown = positionals.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no step ${unknown.join(', ')}. Steps: ${steps.map((step) => step.name).join(', ')}.`,
  );
  process.exit(2);
}
mkdirSync(`${root}node_modules/.cache/swath`, { recursive: true });
const started = performance.now();
const chosen = positionals.length > 0 ? steps.filter((step) => positionals.includes(step.name)) : steps;
const failed = await runAll(chosen, 2);
const total = ((performance.now() - started) / 1000).toFixed(1);
console.log(
  failed.length === 0
    ? `\nAll ${chosen.length} checks passed in ${total} s.`
    : `\n${failed.length} of ${chosen.length} checks failed in ${total} s: ${failed.join(', ')}.`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
