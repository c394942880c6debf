/**
 * Runs a training script as its users run it: as a process, with the variables that the agent would set. The specs of the
 * examples and of the `swath` module use it.
 */
import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** Folder of `swath.py`, which the agent puts on PYTHONPATH. */
export const pythonModules = fileURLToPath(new URL('../apps/agent/python', import.meta.url));

/** One line of metrics. */
export type Row = Readonly<Record<string, unknown>>;

/** A script to run: command and arguments, folder, and all of its environment save the Python settings. */
export interface Script {
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/** How a finished script ended and what it printed. */
export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script to its end. */
export function run(script: Script): Finished {
  const [program, ...args] = script.command;
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    ...options(script),
    encoding: 'utf8',
  });
  if (error) throw error;
  return { status, stdout, stderr };
}

/** Runs a script that must succeed and returns the rows of metrics it printed. */
export function rowsOf(script: Script): readonly Row[] {
  const { status, stdout, stderr } = run(script);
  if (status !== 0) throw new Error(`${script.command.join(' ')} exited with ${String(status)}: ${stderr}`);
  return parseRows(stdout);
}

/** Starts a script and returns it once it has printed its first line. */
export async function start(script: Script): Promise<ChildProcessByStdio<null, Readable, null>> {
  const [program, ...args] = script.command;
  const child = spawn(program, args, { ...options(script), stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${script.command.join(' ')} ended without output`)));
  });
  child.stdout.resume();
  return child;
}

/** Parses lines of JSON. */
export function parseRows(text: string): readonly Row[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const row: unknown = JSON.parse(line);
    if (!isRow(row)) throw new TypeError(`expected an object of metrics, got ${line}`);
    return row;
  });
}

/**
 * Says whether `python3` can import all of the modules; prints why not, so that a skipped spec has its reason beside it.
 */
export function pythonHas(...modules: readonly string[]): boolean {
  const { status, stderr, error } = spawnSync('python3', ['-c', `import ${['sys', ...modules].join(', ')}`], {
    encoding: 'utf8',
  });
  if (status === 0) return true;
  const reason = error?.message ?? stderr.trim().split('\n').at(-1) ?? 'unknown';
  process.stderr.write(`skipped: python3 cannot import ${modules.join(', ') || 'anything'} (${reason})\n`);
  return false;
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function options({ env, cwd }: Script) {
  return { cwd, env: { PYTHONPATH: pythonModules, PYTHONDONTWRITEBYTECODE: '1', ...env } };
}
