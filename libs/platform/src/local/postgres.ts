// Starts the embedded PostgreSQL of a data folder, or answers with the one that SWATH_DATABASE_URL names. Called by the local stack and
// by the tests' services; the URL then goes to the API and the orchestrator. The server listens on 127.0.0.1 only and asks for a password.
import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { endProcess, startTimeOf, type StopRule } from './end-process.mjs';
import { cacheFolder, type Environment } from './cache-folder.js';
import { canEnter, postgresUser, type OsUser } from './os-user.js';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.js';
import { freePorts } from './ports.js';
import { superviseProcess, type Supervision } from './supervised-process.js';

/** What to start. */
export interface PostgresOptions extends Supervision {
  /** The stack's data folder; the cluster lies in its sub-folder `postgres`. */
  readonly dataDir: string;
  /** Default: a free one. */
  readonly port?: number;
  /** True gives up durability for speed; for tests only. Default false. */
  readonly volatile?: boolean;
  /** The environment to read settings from and to start the server with. */
  readonly env: Environment;
}

/** A PostgreSQL server that accepts connections. */
export interface LocalPostgres {
  /** Connection URL of the database `swath`, with user and password. */
  readonly url: string;
  /** False when the server is somebody else's (SWATH_DATABASE_URL). */
  readonly embedded: boolean;
  /** Process number of the embedded server; undefined while it is being started again, and for any other. */
  pid(): number | undefined;
  /** Stops an embedded server after rolling back open transactions; leaves any other alone. */
  stop(): Promise<void>;
}

interface Cluster {
  readonly folder: string;
  /** The folder as the server may name it. */
  readonly name: string;
  readonly user: OsUser | undefined;
  readonly binaries: PostgresBinaries;
}

// SIGINT is PostgreSQL's "fast" shutdown: open transactions roll back. SIGTERM would wait for every client to leave.
const STOP_RULE: StopRule = { signal: 'SIGINT', deadlineMs: 20_000 };

const SETTINGS = [
  'listen_addresses=127.0.0.1',
  // No Unix socket: its folder would have to exist, and be short enough, on every machine.
  'unix_socket_directories=',
  'max_connections=200',
  'shared_buffers=128MB',
  'max_wal_size=1GB',
  'checkpoint_timeout=15min',
  'log_timezone=UTC',
  'timezone=UTC',
];
const VOLATILE_SETTINGS = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'autovacuum_naptime=10s',
];

/**
 * Starts PostgreSQL on the data folder, creating the cluster and the database `swath` on the first start. The caller has the folder for
 * itself (see lockDataFolder).
 *
 * @throws Error with what to do when there are no binaries, no usable OS user, or the server does not come up
 */
export async function startPostgres(options: PostgresOptions): Promise<LocalPostgres> {
  const given = options.env['SWATH_DATABASE_URL'];
  if (given) return { url: given, embedded: false, pid: () => undefined, stop: () => Promise.resolve() };

  const cluster = openCluster(options.dataDir, options.env);
  const password = await createCluster(cluster, options);
  await clearPidFile(cluster, options.log);
  const port = options.port ?? (await freePorts(1))[0];
  const settings = [...SETTINGS, ...(options.volatile === true ? VOLATILE_SETTINGS : [])];
  const server = await superviseProcess(
    {
      name: 'postgres',
      command: cluster.binaries.postgres,
      args: ['-D', cluster.name, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
      env: options.env,
      cwd: cluster.folder,
      ...(cluster.user === undefined ? {} : { user: cluster.user }),
      ready: { output: /database system is ready to accept connections/ },
      stop: STOP_RULE,
    },
    options,
  );
  return {
    url: `postgres://swath:${password}@127.0.0.1:${port}/swath`,
    embedded: true,
    pid: () => server.pid,
    stop: () => server.stop(),
  };
}

function openCluster(dataDir: string, env: Environment): Cluster {
  const folder = resolve(dataDir, 'postgres');
  const user = postgresUser();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  return {
    folder,
    name: serverName(folder, user),
    user,
    binaries: findPostgresBinaries(user, cacheFolder(env)),
  };
}

// As root with the data below a 0700 folder (such as /root), the server's user cannot reach its own cluster by path. A working
// directory set before the change of user stays open to it, and Linux gives that directory a path.
function serverName(folder: string, user: OsUser | undefined): string {
  if (user === undefined || canEnter(folder, user)) return folder;
  if (process.platform === 'linux') return '/proc/self/cwd';
  throw new Error(
    `the OS user "postgres" cannot enter ${folder}: choose another folder with --data, or run as an ordinary user`,
  );
}

// Returns the password. The cluster is complete once the password file lies beside it; anything less is from an interrupted start.
async function createCluster(
  cluster: Cluster,
  { log, volatile: isVolatile }: PostgresOptions,
): Promise<string> {
  const passwordFile = join(cluster.folder, '..', 'postgres.password');
  if (existsSync(passwordFile)) return readFileSync(passwordFile, 'utf8').trim();

  log('creating the database cluster');
  rmSync(cluster.folder, { recursive: true, force: true });
  mkdirSync(cluster.folder, { mode: 0o700 });
  if (cluster.user !== undefined) chownSync(cluster.folder, cluster.user.uid, cluster.user.gid);
  const password = randomBytes(24).toString('base64url');
  await runTool(cluster, cluster.binaries.initdb, [
    '-D',
    cluster.name,
    '--username=swath',
    '--auth=trust',
    '--encoding=UTF8',
    // The builtin provider sorts the same on every machine, and makes initdb several times faster than ICU.
    '--locale-provider=builtin',
    '--locale=C.UTF-8',
    // Readiness is read from the server's messages.
    '--lc-messages=C',
    '--no-instructions',
    ...syncFlags(isVolatile === true),
  ]);
  // `trust` above holds only while nothing listens: before the first start every connection asks for the password.
  writeFileSync(join(cluster.folder, 'pg_hba.conf'), 'host all all 127.0.0.1/32 scram-sha-256\n');
  await runTool(
    cluster,
    cluster.binaries.postgres,
    ['--single', '-D', cluster.name, 'postgres'],
    `CREATE DATABASE swath\nALTER ROLE swath PASSWORD '${password}'\n`,
  );
  writeFileSync(`${passwordFile}.new`, `${password}\n`, { mode: 0o600 });
  renameSync(`${passwordFile}.new`, passwordFile);
  return password;
}

// One call for the whole file system instead of one for each of a thousand files: 3 s instead of 7 s on a busy disk.
function syncFlags(isVolatile: boolean): string[] {
  if (isVolatile) return ['--no-sync'];
  return process.platform === 'linux' ? ['--sync-method=syncfs'] : [];
}

async function runTool(cluster: Cluster, program: string, args: string[], input = ''): Promise<void> {
  const options = { cwd: cluster.folder, ...cluster.user };
  await new Promise<void>((resolve, reject) => {
    const child = execFile(program, args, options, (error, _stdout, stderr) => {
      if (error === null) resolve();
      else
        reject(
          new Error(`${program} failed: ${stderr.trim().slice(-2000) || error.message}`, { cause: error }),
        );
    });
    child.stdin?.end(input);
  });
}

// PostgreSQL removes the file of a dead server itself, unless its number has since been given to another process (usual in containers,
// where numbers start anew). A server of this cluster that still runs is one whose supervisor and watchdog were both killed: it ends.
async function clearPidFile(cluster: Cluster, log: (line: string) => void): Promise<void> {
  const file = join(cluster.folder, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
  const startTime = startTimeOf(pid);
  if (startTime !== undefined && isServerOf(cluster.folder, pid)) {
    log(`ending PostgreSQL server ${pid}, left running by an earlier start`);
    await endProcess({ pid, startTime }, STOP_RULE);
    return;
  }
  log(`removing postmaster.pid of process ${pid}, which is gone`);
  rmSync(file, { force: true });
}

function isServerOf(folder: string, pid: number): boolean {
  if (process.platform !== 'linux') {
    return spawnSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).stdout.includes(
      'postgres',
    );
  }
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(folder);
  } catch {
    return false;
  }
}
