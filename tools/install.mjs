// Installs the npm packages when they are missing or the lockfile has changed, so that `npm start` and `npm test` need no step before
// them. Called by tools/start.mjs and tools/test.mjs; plain JavaScript on Node built-ins, because nothing is installed yet.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's top folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));

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

/** Runs `npm ci` unless what the lockfile asks for is installed. Ends the process when it fails. */
export function installPackages() {
  if (isInstalled()) return;
  say('installing packages (npm ci)');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

// npm notes in node_modules what it has installed, in the form of the lockfile. Packages for other platforms are optional and absent.
function isInstalled() {
  const wanted = packagesOf('package-lock.json');
  const present = packagesOf('node_modules/.package-lock.json');
  return Object.entries(wanted).every(
    ([path, { optional, link, version }]) =>
      !path.includes('node_modules/') ||
      optional ||
      (link ? present[path]?.link : present[path]?.version === version),
  );
}

/**
 * @param {string} lockfile
 * @returns {Record<string, { version?: string, optional?: boolean, link?: boolean }>}
 */
function packagesOf(lockfile) {
  try {
    return JSON.parse(readFileSync(join(root, lockfile), 'utf8')).packages;
  } catch {
    return {};
  }
}

/** Builds what has changed since the last build. Ends the process when it fails. */
export function build() {
  say('building');
  run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b']);
  const assets = join(root, 'tools', 'build-assets.mjs');
  if (existsSync(assets)) run(process.execPath, [assets]);
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
