// Writes every generated file: `npm run generate`. With `--check` nothing is written and stale files are named, which is how
// the gate proves them fresh. A generated file is either whole or the part of a page between its two markers.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, getFileInfo, resolveConfig } from 'prettier';
import { errorsPage } from './generate/errors-page.mjs';
import { replaceSection, staleFiles } from './generate/fresh.mjs';
import { importGraphs } from './generate/import-graph.mjs';
import { specReference } from './generate/spec-reference.mjs';
import { stateDiagrams } from './generate/state-diagrams.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * @typedef {object} Generated
 * @property {string} path relative to the root
 * @property {string} text whole content of the file
 */

/**
 * Lays out text as `npm run fix` would, so that generating and formatting agree.
 *
 * @param {Generated} file
 * @returns {Promise<Generated>}
 */
async function laidOut({ path, text }) {
  const { ignored, inferredParser } = await getFileInfo(join(root, path), {
    ignorePath: join(root, '.prettierignore'),
  });
  if (ignored || inferredParser === null) return { path, text };
  const options = await resolveConfig(join(root, path));
  return { path, text: await format(text, { ...options, parser: inferredParser }) };
}

/** @returns {Promise<Generated[]>} */
async function everything() {
  const contracts = await import('@swath/contracts');
  const schema = contracts.sweepSpecJsonSchema();
  let architecture = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
  for (const [name, text] of [...stateDiagrams(contracts), ...(await importGraphs(root))]) {
    architecture = replaceSection(architecture, name, text);
  }
  return Promise.all(
    [
      { path: 'docs/architecture.md', text: architecture },
      { path: 'docs/errors.md', text: errorsPage(contracts.errorCatalogue) },
      { path: 'docs/reference/sweep-spec.md', text: specReference(schema) },
      { path: 'docs/reference/sweep-spec.schema.json', text: JSON.stringify(schema, null, 2) + '\n' },
      { path: 'apps/api/openapi.json', text: JSON.stringify(contracts.openApiDocument(), null, 2) + '\n' },
    ].map(laidOut),
  );
}

if (process.argv.includes('--check')) {
  const stale = staleFiles(root, await everything());
  if (stale.length > 0) console.error(`Not what the sources say:\n  ${stale.join('\n  ')}`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-b', 'libs/contracts'], { cwd: root, stdio: 'inherit' });
  for (const { path, text } of await everything()) {
    const file = join(root, path);
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`wrote ${path}`);
  }
}
