/**
 * From the command template of a sweep to the argument vector of one trial: the macros of W&B with the same expansion.
 * The agent calls it before it starts an attempt, `swath sweep plan` and `swath trial command` to show the command.
 * Never a shell: each element becomes one argument (or several, for a macro of arguments).
 */
import type { Json, TrialParameters } from './search-space.js';

/** The command of a sweep that names none. */
export const defaultCommand: readonly string[] = ['${env}', '${interpreter}', '${program}', '${args}'];

/** What the macros expand to. */
export interface CommandContext {
  /** Values of the trial, nested as the space nests them. */
  readonly parameters: TrialParameters;
  /** For `${program}`; the macro is dropped when absent. */
  readonly program?: string | undefined;
  /** For `${interpreter}`: `python`, or the name under which this machine has it. */
  readonly interpreter: string;
  /** For `${envvar:NAME}`: the environment the command will see. A name that is not in it expands to itself. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** For `${args_json_file}`: where the caller writes `commandArgsJson(parameters)`. */
  readonly argsJsonFile: string;
}

const environmentMacro = /\$\{envvar:([A-Z0-9_]*)\}/g;

/**
 * The argument vector of a trial. A macro must be a whole element (`${envvar:NAME}` may stand inside one); an unknown
 * macro is dropped, as W&B drops it. Empty when everything was dropped: the caller must refuse to run that.
 *
 * @source wandb 0.31.0, `wandb_agent.py` `_command_run` and `sdk/launch/sweeps/utils.py` `create_sweep_command_args`.
 *   Differs: `${args_dotted}` and `${args_dotted_no_hyphens}` are ours, for nested parameters.
 */
export function expandCommand(template: readonly string[], context: CommandContext): string[] {
  return template.flatMap((element) => {
    const filled = element.replaceAll(
      environmentMacro,
      (_macro, name: string) => context.environment[name] ?? name,
    );
    if (!filled.startsWith('${') || !filled.endsWith('}')) return [filled];
    return expandMacro(filled.slice(2, -1), context);
  });
}

/** The text of `${args_json}` and of the file of `${args_json_file}`: the parameters as one JSON object. */
export function commandArgsJson(parameters: TrialParameters): string {
  return JSON.stringify(parameters);
}

function expandMacro(macro: string, context: CommandContext): string[] {
  const entries = Object.entries(context.parameters);
  switch (macro) {
    case 'env':
      return ['/usr/bin/env'];
    case 'interpreter':
      return [context.interpreter];
    case 'program':
      return context.program === undefined ? [] : [context.program];
    case 'args':
      return entries.map(([name, value]) => `--${name}=${pythonStr(value)}`);
    case 'args_no_equals':
      return entries.flatMap(([name, value]) => [`--${name}`, pythonStr(value)]);
    case 'args_no_hyphens':
      return entries.map(([name, value]) => `${name}=${pythonStr(value)}`);
    case 'args_append_hydra':
      return entries.map(([name, value]) => `+${name}=${pythonStr(value)}`);
    case 'args_override_hydra':
      return entries.map(([name, value]) => `++${name}=${pythonStr(value)}`);
    case 'args_no_boolean_flags':
      return entries.flatMap(([name, value]) => booleanFlag(name, value));
    case 'args_dotted':
      return dotted(context.parameters, '').map(([name, value]) => `--${name}=${pythonStr(value)}`);
    case 'args_dotted_no_hyphens':
      return dotted(context.parameters, '').map(([name, value]) => `${name}=${pythonStr(value)}`);
    case 'args_json':
      return [commandArgsJson(context.parameters)];
    case 'args_json_file':
      return [context.argsJsonFile];
    default:
      return [];
  }
}

function booleanFlag(name: string, value: Json): string[] {
  if (value === true) return [`--${name}`];
  return value === false ? [] : [`--${name}=${pythonStr(value)}`];
}

/** Leaves of nested parameters under dotted names, in order; lists are leaves. */
function dotted(parameters: TrialParameters, prefix: string): [string, Json][] {
  return Object.entries(parameters).flatMap(([name, value]): [string, Json][] =>
    isGroup(value) ? dotted(value, `${prefix}${name}.`) : [[`${prefix}${name}`, value]],
  );
}

function isGroup(value: Json): value is TrialParameters {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `str(value)` of Python: what a W&B script meets on its command line (`True`, `None`, `1e-05`, `{'lr': 0.1}`). */
function pythonStr(value: Json): string {
  return typeof value === 'string' ? value : pythonRepr(value);
}

function pythonRepr(value: Json): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return pythonNumber(value);
  if (typeof value === 'string') return pythonQuoted(value);
  if (isGroup(value)) {
    const pairs = Object.entries(value).map(([key, item]) => `${pythonQuoted(key)}: ${pythonRepr(item)}`);
    return `{${pairs.join(', ')}}`;
  }
  return `[${Object.values(value).map(pythonRepr).join(', ')}]`;
}

/** Shortest digits, as JavaScript has them; an exponent from 1e16 and below 1e-4, of at least two digits. */
function pythonNumber(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude === 0 || (magnitude >= 1e-4 && magnitude < 1e16)) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

/** The escapes that have a letter of their own. */
const pythonEscapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** Single quotes unless the text has only those; control characters escaped. */
function pythonQuoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(/[\\\u0000-\u001f\u007f-\u00a0\u00ad]|'/g, (character) => {
    if (character === "'") return quote === "'" ? "\\'" : "'";
    return pythonEscapes[character] ?? `\\x${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`;
  });
  return `${quote}${body}${quote}`;
}
