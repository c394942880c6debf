// Builds the web app into dist/site when its sources changed since the last build, and compresses what browsers load. Run by
// tools/build-assets.mjs after `tsc -b`; `node apps/web/build-site.mjs` does it alone.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const here = fileURLToPath(new URL('.', import.meta.url));
const site = join(here, 'dist', 'site');
const stampFile = join(here, 'dist', 'site.stamp');
const inputs = ['src', 'index.html', 'vite.config.ts', 'package.json', 'build-site.mjs'].map((name) =>
  join(here, name),
);
const contracts = join(here, '..', '..', 'libs', 'contracts', 'src');

const stamp = hashOf([...inputs, contracts]);
const isFresh =
  existsSync(join(site, 'index.html')) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
if (!isFresh) {
  const { build } = await import('vite');
  await build({ configFile: join(here, 'vite.config.ts'), root: here, logLevel: 'warn' });
  for (const file of filesIn(join(site, 'assets')).filter((name) => /\.(js|css|svg)$/.test(name)))
    compress(file);
  writeFileSync(stampFile, stamp);
}

/**
 * @param {string[]} paths files and folders
 * @returns {string} a hash of their names and contents
 */
function hashOf(paths) {
  const hash = createHash('sha256');
  for (const file of paths.flatMap(filesIn)) hash.update(file).update('\0').update(readFileSync(file));
  return hash.digest('hex');
}

/**
 * @param {string} path
 * @returns {string[]} the file itself, or every file below the folder, in order
 */
function filesIn(path) {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesIn(join(path, name)));
}

/**
 * @param {string} file
 */
function compress(file) {
  const bytes = readFileSync(file);
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  writeFileSync(
    `${file}.br`,
    brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
  );
}
