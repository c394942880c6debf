// Installs the npm packages when they are missing or the lockfile has changed, so that `npm start` and `npm test` need no step before
// them. Called by tools/start.mjs and tools/test.mjs; plain JavaScript on Node built-ins, because nothing is installed yet.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's top folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));

const stamp = join(root, 'node_modules', '.cache', 'swath', 'installed');

/**
 * Ends the process with a sentence when this Node is too old.
 */
export function checkNode() {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const needed = String(engines.node).replace(/^\D+/, '').split('.').map(Number);
  const present = process.versions.node.split('.').map(Number);
  const isOld = present[0] < needed[0] || (present[0] === needed[0] && present[1] < (needed[1] ?? 0));
  if (!isOld) return;
  say(
    `Swath needs Node ${engines.node}; this is ${process.versions.node}. Get a newer one from https://nodejs.org`,
  );
  process.exit(1);
}

/** Runs `npm ci` unless it has run for this lockfile. Ends the process when it fails. */
export function installPackages() {
  const lockfile = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (readStamp() === lockfile) return;
  say('installing packages (npm ci)');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, lockfile);
}

/** Builds what has changed since the last build. Ends the process when it fails. */
export function build() {
  say('building');
  run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b']);
  run(process.execPath, [join(root, 'tools', 'build-assets.mjs')]);
}

/**
 * Prints one line of progress; standard output is left to the answer.
 *
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`swath: ${line}\n`);
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function run(command, args) {
  // The child's standard output goes to our standard error.
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (result.status === 0) return;
  say(`${command} ${args.join(' ')} failed${result.error ? `: ${result.error.message}` : ''}`);
  process.exit(result.status ?? 1);
}

function readStamp() {
  try {
    return readFileSync(stamp, 'utf8');
  } catch {
    return '';
  }
}
