// The two settings files: `swath.toml` of a project, which is shared and so never holds a key, and the user's own file, which only the
// user can read. Read by `settings.ts`, written by `login`, `logout` and `config set`.
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse, stringify, TomlError } from 'smol-toml';
import { z } from 'zod';
import type { Host } from '../host.js';
import { CliError } from '../output/cli-error.js';

const projectSchema = z.strictObject({ host: z.string().optional(), project: z.string().optional() });
const userSchema = projectSchema.extend({ tokens: z.record(z.string(), z.string()).default({}) });

/** What a project file may say. */
export type ProjectValues = z.infer<typeof projectSchema>;
/** What the user's own file may say; keys by host. */
export type UserValues = z.infer<typeof userSchema>;

/** A settings file that was read, or would be. */
export interface SettingsFile<T> {
  readonly path: string;
  readonly values: T;
}

/** `swath.toml` in the current folder. @throws CliError `config/invalid` */
export function readProjectFile({ cwd }: Host): SettingsFile<ProjectValues> {
  const path = join(cwd, 'swath.toml');
  return { path, values: readFile(path, projectSchema) };
}

/** The user's own file. @throws CliError `config/invalid` */
export function readUserFile(host: Host): SettingsFile<UserValues> {
  const path = userFilePath(host);
  return { path, values: readFile(path, userSchema) };
}

/** Changes the user's own file; it appears whole or not at all. */
export function changeUserFile(host: Host, change: (values: UserValues) => UserValues): string {
  const { path, values } = readUserFile(host);
  const draft = `${path}.${host.now().toString(36)}`;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(draft, stringify(change(values)), { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, path);
  return path;
}

function userFilePath({ cwd, env }: Host): string {
  const folder = env['XDG_CONFIG_HOME'] || join(env['HOME'] || cwd, '.config');
  return join(resolve(cwd, folder), 'swath', 'config.toml');
}

function readFile<T>(path: string, schema: z.ZodType<T>): T {
  const text = readText(path);
  let values: unknown;
  try {
    values = parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const place = { pointer: '', line: error.line, column: error.column };
    const detail = (error.message.split('\n')[0] ?? '').replace(/^Invalid TOML document: /, '');
    throw invalid(path, { problems: [{ ...place, detail }], text });
  }
  const checked = schema.safeParse(values);
  if (checked.success) return checked.data;
  const problems = checked.error.issues.map(({ path: keys, message }) => ({
    pointer: keys.map((key) => `/${String(key)}`).join(''),
    detail: message,
  }));
  throw invalid(path, { problems, text });
}

function invalid(
  path: string,
  { problems, text }: { problems: NonNullable<CliError['facts']['problems']>; text: string },
): CliError {
  return new CliError(`${path} cannot be used`, {
    code: 'config/invalid',
    exit: 'usage',
    hint: `correct or remove the file; it may say host and project, and "swath login" stores keys in the user's own file`,
    problems,
    source: { name: path, text },
  });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return '';
    throw new CliError(`${path} cannot be read`, {
      code: 'config/unreadable',
      exit: 'error',
      hint: error instanceof Error ? error.message : undefined,
      cause: error,
    });
  }
}
