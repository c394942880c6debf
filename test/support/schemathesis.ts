// The fuzzer of OpenAPI documents for scenarios: schemathesis in a cached virtual environment from PyPI, made at the first use.
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '@swath/platform/local';
import { root, type Product } from './product.js';
import { command, type CommandEnd } from './wandb-kit.js';

const VERSION = '4.32.5';

/** Path of its command. @throws Error when Python or PyPI cannot be reached */
async function schemathesis(): Promise<string> {
  const folder = join(cacheFolder(process.env), `schemathesis-${VERSION}`);
  const program = join(folder, 'bin', 'schemathesis');
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const steps = [
    ['python3', '-m', 'venv', folder],
    [join(folder, 'bin', 'pip'), 'install', '-q', '--disable-pip-version-check', `schemathesis==${VERSION}`],
  ];
  for (const [first = '', ...rest] of steps) {
    const { code, output } = await command(first, rest);
    if (code !== 0) throw new Error(`${first} ${rest.join(' ')} ended with ${code}:\n${output}`);
  }
  return program;
}

/** What every answer must be: no 5xx, a documented status and content type, a body of its schema. */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
];

/** Operations left out: a stream that ends with its client, and bodies in forms that the fuzzer cannot write. */
const LEFT_OUT = ['streamEvents', 'appendRunMetrics', 'storeCheckpoint'];

/** Makes requests from the committed document, `examples` for each operation beside those of its edges, with these path parameters. */
export async function fuzz(
  product: Product,
  ids: Readonly<Record<string, string>>,
  examples: number,
): Promise<CommandEnd> {
  const program = await schemathesis();
  const folder = mkdtempSync(join(product.folder, 'fuzz-'));
  const parameters = Object.entries(ids).map(([name, id]) => `"path.${name}" = "${id}"\n`);
  const config = join(folder, 'schemathesis.toml');
  writeFileSync(config, `[parameters]\n${parameters.join('')}`);
  const args = [
    ...[
      '--config-file',
      config,
      '--no-color',
      'run',
      join(root, 'apps/api/openapi.json'),
      '--url',
      product.url,
    ],
    ...['--header', `Authorization: Bearer ${product.apiKey}`, '--checks', CHECKS.join(',')],
    ...[
      '--phases',
      'coverage,fuzzing',
      '--max-examples',
      String(examples),
      '--seed',
      '7',
      '--rate-limit',
      '50/s',
    ],
    ...LEFT_OUT.flatMap((id) => ['--exclude-operation-id', id]),
    ...['--request-timeout', '30'],
  ];
  return command(program, args, { cwd: folder });
}
