// PostgreSQL refuses to run as root; in containers and CI, root is often all there is. Finds (or creates) the OS user under which the
// server runs then. Called by startPostgres.
import { execFileSync, spawnSync } from 'node:child_process';

/** An OS user and group. */
export interface OsUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user that PostgreSQL runs as: undefined (the present user) unless that is root, else the user `postgres`, created when missing.
 *
 * @throws Error when root cannot create the user
 */
export function postgresUser(): OsUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const present = lookUp('postgres');
  if (present !== undefined) return present;
  spawnSync('groupadd', ['--system', 'postgres'], { stdio: 'ignore' });
  spawnSync(
    'useradd',
    ['--system', '--gid', 'postgres', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'],
    {
      stdio: 'ignore',
    },
  );
  const created = lookUp('postgres');
  if (created !== undefined) return created;
  throw new Error(
    'PostgreSQL does not run as root and the OS user "postgres" could not be created: run as an ordinary user, ' +
      'create that user (useradd --system postgres), or set SWATH_DATABASE_URL to a PostgreSQL server',
  );
}

/** Whether `user` may enter this folder, through all folders above it. */
export function canEnter(folder: string, user: OsUser): boolean {
  return (
    spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { ...user, cwd: '/', stdio: 'ignore' }).status === 0
  );
}

function lookUp(name: string): OsUser | undefined {
  try {
    const [uid, gid] = ['-u', '-g'].map((flag) =>
      Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] })),
    );
    return uid === undefined || gid === undefined || Number.isNaN(uid) ? undefined : { uid, gid };
  } catch {
    return undefined;
  }
}
