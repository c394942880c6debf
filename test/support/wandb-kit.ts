// The unmodified wandb client for scenarios: a cached virtual environment from PyPI, and the public conformance kit run with it
// against a product.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '@swath/platform/local';
import { root } from './product.js';

/** Packages that the kit's scripts import, beside the client. */
const PACKAGES = ['numpy', 'pandas', 'pillow', 'requests'];

const kit = join(root, '..', 'shared', 'conformance', 'wandb');
const environments = join(cacheFolder(process.env), 'wandb-kit');

/** What a case of the kit came to. */
export interface KitResult {
  readonly case: string;
  readonly status: 'passed' | 'skipped' | 'failed' | 'timeout';
  readonly seconds: number;
  readonly detail: string;
}

/** How a command ended. */
export interface CommandEnd {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a command to its end. */
export async function command(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<CommandEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    const keep = (part: Buffer): void => {
      output = (output + part.toString()).slice(-200_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ code, output });
    });
  });
}

/**
 * The Python of an environment with one version of the client, made at the first use; or why there is none: the kit or Python
 * is missing, or PyPI cannot be reached.
 */
export async function clientPython(
  version: string,
): Promise<{ readonly python: string } | { readonly missing: string }> {
  if (!existsSync(join(kit, 'run.py')))
    return { missing: 'the conformance kit is not beside this repository' };
  const folder = join(environments, `wandb-${version}`);
  const python = join(folder, 'bin', 'python');
  const stamp = join(folder, 'kit-deps.json');
  const wanted = [`wandb==${version}`, ...PACKAGES];
  if (existsSync(stamp)) return { python };
  mkdirSync(environments, { recursive: true });
  const made = await command('python3', ['-m', 'venv', folder]).catch((error: unknown) => ({
    code: 1,
    output: String(error),
  }));
  if (made.code !== 0) return { missing: `python3 -m venv failed: ${made.output.slice(-300)}` };
  const installed = await command(python, [
    '-m',
    'pip',
    'install',
    '-q',
    '--disable-pip-version-check',
    ...wanted,
  ]);
  if (installed.code !== 0) {
    const unreachable = /connection|network|resolve|timed out|No matching distribution/i.test(
      installed.output,
    );
    if (unreachable) return { missing: `PyPI cannot be reached: ${installed.output.slice(-300)}` };
    throw new Error(`pip could not install ${wanted.join(' ')}:\n${installed.output}`);
  }
  writeFileSync(stamp, JSON.stringify([...wanted].sort()));
  return { python };
}

/** Runs the public cases of the kit. */
export async function runKit(options: {
  readonly url: string;
  readonly apiKey: string;
  readonly version: string;
  readonly results: string;
  readonly jobs: number;
}): Promise<{ readonly results: readonly KitResult[]; readonly output: string }> {
  const { code, output } = await command('python3', [
    join(kit, 'run.py'),
    ...['--base-url', options.url, '--api-key', options.apiKey, '--venv', environments],
    ...[
      '--client-version',
      options.version,
      '--jobs',
      String(options.jobs),
      '--slow',
      '3',
      '--json',
      options.results,
      '-v',
    ],
  ]);
  if (!existsSync(options.results)) throw new Error(`the kit ended with ${code ?? 'a signal'}:\n${output}`);
  return { results: JSON.parse(readFileSync(options.results, 'utf8')) as KitResult[], output };
}
