// A sweep file on its way to the server: read, changed by flags (`--set`, `--max-cost` and so on), its working folder made absolute, and
// checked here first, so that most mistakes are shown with their line before anything is sent. Called by `sweep run`, `plan`, `create`.
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseSweepSpec, specLimits, type FieldProblem, type SweepSpec } from '@swath/contracts';
import { cliErrorOf } from '../api.js';
import type { Host } from '../host.js';
import { CliError, usageError, type ErrorSource } from '../output/cli-error.js';
import { plural } from '../output/format.js';
import { editSpecText, placeOf, type SpecEdit } from './spec-text.js';

/** A spec that is ready to be sent. */
export interface SpecFile {
  /** The file as the person wrote it, for messages. */
  readonly source: ErrorSource;
  /** What is sent. */
  readonly text: string;
  readonly spec: SweepSpec;
  readonly warnings: readonly FieldProblem[];
}

/**
 * Reads a spec.
 *
 * A relative `working_dir` counts from the folder in which the command line runs; without one it is the folder of the file.
 *
 * @param file path, or `-` for standard input
 * @throws CliError `spec/unreadable`, `spec/invalid`, `cli/usage` for an edit that does not fit
 */
export async function readSpecFile(host: Host, file: string, edits: readonly SpecEdit[]): Promise<SpecFile> {
  const source = { name: file === '-' ? 'standard input' : file, text: await readInput(host, file) };
  const edited = edits.length === 0 ? source.text : editSpecText(source.text, edits);
  const parsed = parseSweepSpec(edited);
  if (!parsed.ok)
    throw invalidSpec(parsed.problems, edits.length === 0 ? source : { ...source, text: edited });
  const folder = file === '-' ? host.cwd : dirname(resolve(host.cwd, file));
  const workingDir =
    parsed.spec.working_dir === undefined ? folder : resolve(host.cwd, parsed.spec.working_dir);
  const text = editSpecText(edited, [{ path: ['working_dir'], value: { text: workingDir } }]);
  return { source, text, spec: { ...parsed.spec, working_dir: workingDir }, warnings: parsed.warnings };
}

/** Adds lines of the file to problems that the server found by its own checks, which name fields only. */
export function withSource(error: unknown, source: ErrorSource): unknown {
  const { message, facts } = cliErrorOf(error);
  if (facts.problems === undefined) return error;
  const problems = facts.problems.map((problem) => ({
    ...problem,
    ...placeOf(source.text, problem.pointer),
  }));
  return new CliError(message, { ...facts, problems, source, cause: error });
}

function invalidSpec(problems: readonly FieldProblem[], source: ErrorSource): CliError {
  return new CliError(`${source.name} has ${plural(problems.length, 'problem')}`, {
    code: 'spec/invalid',
    exit: 'usage',
    hint: 'swath help spec lists the keys, swath sweep explain KEY says what one means',
    problems: problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)),
    source,
  });
}

/** A file, or standard input for `-`. @throws CliError `spec/unreadable` */
export async function readInput(host: Host, file: string): Promise<string> {
  if (file === '-') {
    if (host.stdin.isTTY) throw usageError('"-" reads standard input, which is a terminal here');
    return await host.stdin.text();
  }
  const path = resolve(host.cwd, file);
  try {
    // A character has at most four bytes; what is larger cannot be a spec and is not read.
    const { size } = statSync(path);
    if (size > 4 * specLimits.textLength) {
      throw unreadable(file, `it has ${size} bytes; at most ${specLimits.textLength} characters are sent`);
    }
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw unreadable(file, reasonOf(error));
  }
}

function unreadable(file: string, reason: string): CliError {
  return new CliError(`${file} cannot be read: ${reason}`, {
    code: 'spec/unreadable',
    exit: 'usage',
    hint: 'swath sweep init writes an example spec',
  });
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'EACCES') return 'this user may not read it';
  return error instanceof Error ? error.message : String(error);
}
