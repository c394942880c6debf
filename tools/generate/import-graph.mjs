// Draws who imports whom, from the real imports: the packages of the whole tree, and the folders
// inside each ring (apps as a whole).
// Written into docs/architecture.md by tools/generate.mjs.
import { cruise } from 'dependency-cruiser';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const PURE = ['libs/contracts', 'libs/search', 'libs/placement', 'libs/ledger'];
const REPLAY = ['workflows'];

/** @param {string} file */
const packageOf = (file) => /^(?:(?:apps|libs)\/[^/]+|workflows)/.exec(file)?.[0];

/**
 * Package and first folder of a file, such as `libs/search/searchers`; files directly under `src` count as the package.
 *
 * @param {string} file
 */
const folderOf = (file) => {
  const owner = packageOf(file);
  const folder = owner && /^\/src\/([^/]+)\//.exec(file.slice(owner.length))?.[1];
  return folder ? `${owner}/${folder}` : owner;
};

/** @param {string} name */
const ringOf = (name) => {
  const owner = packageOf(name) ?? '';
  if (PURE.includes(owner)) return 'Pure ring';
  return REPLAY.includes(owner) ? 'Replay ring' : 'Shell';
};

/**
 * A mermaid flowchart of directed edges, nodes grouped by ring, all in name order so that the text is stable.
 *
 * @param {Set<string>} edges each `from -> to`
 */
export function flowchart(edges) {
  const pairs = [...edges].sort().map((edge) => edge.split(' -> '));
  const names = [...new Set(pairs.flat())].sort();
  const id = (/** @type {string} */ name) => name.replace(/[^a-z0-9]/gi, '_');
  const lines = ['Shell', 'Replay ring', 'Pure ring'].flatMap((ring) => {
    const members = names.filter((name) => ringOf(name) === ring);
    if (members.length === 0) return [];
    return [
      `  subgraph ${id(ring)}["${ring}"]`,
      ...members.map((name) => `    ${id(name)}["${name}"]`),
      '  end',
    ];
  });
  const arrows = pairs.map(([from = '', to = '']) => `  ${id(from)} --> ${id(to)}`);
  return ['```mermaid', 'flowchart TB', ...lines, ...arrows, '```'].join('\n');
}

/**
 * @param {readonly (readonly [string, string])[]} imports pairs of files
 * @param {(file: string) => string | undefined} name
 * @param {(from: string, to: string) => boolean} keep
 */
function edgesBetween(imports, name, keep) {
  const edges = new Set();
  for (const [fromFile, toFile] of imports) {
    const from = name(fromFile);
    const to = name(toFile);
    if (from && to && from !== to && keep(from, to)) edges.add(`${from} -> ${to}`);
  }
  return edges;
}

/**
 * @param {string} root
 * @returns {Promise<[section: string, text: string][]>}
 */
export async function importGraphs(root) {
  const { output } = await cruise(
    ['apps', 'libs', 'workflows'],
    {
      baseDir: root,
      doNotFollow: { path: 'node_modules' },
      exclude: { path: '(^|/)(dist|bench|test)/|\\.(spec|db-spec|replay-spec)\\.tsx?$|^libs/testing/' },
      tsPreCompilationDeps: true,
      tsConfig: { fileName: 'tsconfig.spec.json' },
      enhancedResolveOptions: {
        exportsFields: ['exports'],
        conditionNames: ['@swath/source', 'import', 'require', 'node', 'default', 'types'],
        extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
      },
    },
    {},
    { tsConfig: extractTsConfig(`${root}/tsconfig.spec.json`) },
  );
  if (typeof output === 'string') throw new Error(`dependency-cruiser returned text: ${output}`);
  /** @type {(readonly [string, string])[]} */
  const imports = output.modules.flatMap((module) =>
    module.dependencies.map((dependency) => /** @type {const} */ ([module.source, dependency.resolved])),
  );
  const ring = (/** @type {string} */ wanted, /** @type {(file: string) => string | undefined} */ name) =>
    flowchart(edgesBetween(imports, name, (from, to) => ringOf(from) === wanted && ringOf(to) === wanted));
  const appOrFolder = (/** @type {string} */ file) =>
    file.startsWith('apps/') ? packageOf(file) : folderOf(file);
  return [
    ['import graph', flowchart(edgesBetween(imports, packageOf, () => true))],
    ['import graph of the pure ring', ring('Pure ring', folderOf)],
    ['import graph of the replay ring', ring('Replay ring', folderOf)],
    ['import graph of the shell', ring('Shell', appOrFolder)],
  ];
}
