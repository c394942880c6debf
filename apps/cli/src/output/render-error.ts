// Prints an error the way the whole command line does: what, where in the file, what to do, and the trace id for the server's log.
import { CommanderError } from 'commander';
import { cliErrorOf } from '../api.js';
import type { ErrorSource, ShownProblem } from './cli-error.js';
import { EarlyExitError } from './early-exit.js';
import { exitCodes } from './exit-codes.js';
import type { Style } from './style.js';

const MOST_PROBLEMS = 20;
const CONTEXT_CHARACTERS = 100;

/** Lines for standard error. */
export function errorLines(error: unknown, style: Style): string[] {
  const shown = cliErrorOf(error);
  const { code, hint, trace, problems = [], source } = shown.facts;
  const shownProblems = problems.slice(0, MOST_PROBLEMS);
  return [
    `${style.red('error:')} ${shown.message} (${code})`,
    ...shownProblems.flatMap((problem) => problemLines(problem, source, style)),
    ...(problems.length > MOST_PROBLEMS ? [`  and ${problems.length - MOST_PROBLEMS} more`] : []),
    ...(hint === undefined ? [] : [`${style.cyan('hint:')} ${hint}`]),
    ...(trace === undefined ? [] : [`${style.dim('trace:')} ${trace}`]),
  ];
}

/** The exit code of an error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof EarlyExitError) return error.code;
  return exitCodes[cliErrorOf(error).facts.exit];
}

/** A field at fault with its place, and the line of the file with a caret below. */
export function problemLines(problem: ShownProblem, source: ErrorSource | undefined, style: Style): string[] {
  const { pointer, detail, line, column } = problem;
  const place = source === undefined || line === undefined ? '' : `${source.name}:${line}:${column ?? 1}  `;
  const field = pointer === '' ? '' : `${pointer}: `;
  return [`  ${place}${field}${detail}`, ...excerptLines(problem, source, style)];
}

function excerptLines(
  { line, column = 1 }: ShownProblem,
  source: ErrorSource | undefined,
  style: Style,
): string[] {
  const text = line === undefined ? undefined : source?.text.split(/\r?\n/)[line - 1];
  if (line === undefined || text === undefined) return [];
  // A long line is shown around the column.
  const start = Math.max(0, column - 1 - CONTEXT_CHARACTERS / 2);
  const shown = text
    .slice(start, start + CONTEXT_CHARACTERS)
    .replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
  const gutter = `  ${String(line).padStart(5)} | `;
  return [
    `${style.dim(gutter)}${shown}`,
    `${style.dim(`${' '.repeat(gutter.length - 2)}| `)}${' '.repeat(column - 1 - start)}${style.red('^')}`,
  ];
}
