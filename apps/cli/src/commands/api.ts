// `swath api METHOD PATH`: any request with the key of the settings, for what has no command.
import type { Json } from '@swath/contracts';
import type { Command } from 'commander';
import type { CommonFlags } from '../common-flags.js';
import { contextOf } from '../context.js';
import type { Host } from '../host.js';
import { CliError, usageError } from '../output/cli-error.js';
import { exitOfStatus } from '../output/exit-codes.js';
import { readInput } from '../spec/spec-file.js';
import { assignPath, typedValue } from '../spec/typed-value.js';
import { addCommand, collect } from './define.js';

interface ApiFlags extends CommonFlags {
  readonly field?: readonly string[];
  readonly input?: string;
  readonly contentType: string;
}

/** Adds `api`. */
export function addApi(program: Command, host: Host): void {
  addCommand(program, 'api <method> <path>', 'send any request to the API; PATH such as /sweeps, or whole')
    .option(
      '-f, --field <name=value>',
      'a field of the body, or of the query of a GET; dots lead into objects',
      collect,
    )
    .option('--input <file>', 'the body from a file, "-" for standard input')
    .option('--content-type <type>', 'of the body', 'application/json')
    .addHelpText(
      'after',
      '\nExamples:\n  swath api GET /sweeps -f limit=2\n  swath api POST /sweeps/sw_1a2b3c4d:resize -f parallel=4',
    )
    .action(async (method: string, path: string, flags: ApiFlags) => {
      const { api, print } = contextOf(host, flags);
      const { url, body } = await requestOf(host, { method: method.toUpperCase(), path, flags });
      const answer = await api().request(method.toUpperCase(), url, {
        ...(body === undefined ? {} : { body }),
        headers: {
          ...(body === undefined ? {} : { 'content-type': flags.contentType }),
          ...(method.toUpperCase() === 'GET' ? {} : { 'idempotency-key': crypto.randomUUID() }),
        },
      });
      const text = await answer.text();
      if (text !== '') print.line(text.trimEnd());
      if (!answer.ok) {
        throw new CliError(`the server answered ${answer.status}`, {
          code: `http/${answer.status}`,
          exit: exitOfStatus(answer.status),
        });
      }
    });
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly flags: ApiFlags;
}

async function requestOf(
  host: Host,
  { method, path, flags }: Asked,
): Promise<{ url: string; body?: string }> {
  const { field = [], input } = flags;
  const url = urlOf(path);
  if (input !== undefined) {
    if (field.length > 0) throw usageError('--field and --input exclude each other');
    return { url, body: await readInput(host, input) };
  }
  if (field.length === 0) return { url };
  const fields: Record<string, Json> = {};
  for (const pair of field) {
    const at = pair.indexOf('=');
    if (at < 1) throw usageError(`--field ${pair}: write NAME=VALUE`);
    assignPath(fields, pair.slice(0, at).split('.'), typedValue(pair.slice(at + 1)));
  }
  if (method !== 'GET') return { url, body: JSON.stringify(fields) };
  const query = new URLSearchParams(
    Object.entries(fields).map(([name, value]): [string, string] => [name, queryValue(value)]),
  );
  return { url: `${url}${url.includes('?') ? '&' : '?'}${query}` };
}

function queryValue(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Paths are those of the API unless they begin with a segment of the server's own. */
function urlOf(path: string): string {
  const whole = path.startsWith('/') ? path : `/${path}`;
  return /^\/(api|agent|healthz|readyz|health|ready|metrics|openapi\.json|docs)([/?]|$)/.test(whole)
    ? whole
    : `/api/v1${whole}`;
}
