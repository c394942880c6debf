// A small copy of the repository's shape in a temporary folder, under the real configuration files, in which specs plant
// violations. tools/rules.spec.ts uses it.
import { execFile } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const repository = fileURLToPath(new URL('..', import.meta.url));

const CONFIGURATION = [
  '.dependency-cruiser.cjs',
  '.prettierrc.json',
  'eslint.config.mjs',
  'knip.json',
  'tools/check.mjs',
  'tools/lint/no-number-arithmetic.mjs',
  'tsconfig.base.json',
  'tsconfig.spec.json',
  'typedoc.json',
];

/** Package -> entries beside the main one, as in the real packages. */
const PACKAGES: Record<string, Record<string, string>> = {
  'libs/contracts': { './states': './src/states.ts' },
  'libs/search': {},
  'libs/placement': {},
  'libs/ledger': {},
  'libs/platform': { './local': './src/local/index.ts' },
  'libs/persistence': {},
  'libs/lifecycle': {},
  'libs/temporal': {},
  'libs/api-client': {},
  'libs/testing': {},
  workflows: { './messages': './src/messages.ts', './ports': './src/ports/index.ts' },
};

/** What a tool said. */
export interface ToolResult {
  readonly code: number;
  readonly output: string;
}

/** A planted tree: its folder, a way to run the repository's tools in it, and its removal. */
export interface PlantedTree {
  readonly root: string;
  /** Runs `node_modules/.bin/<tool>` at the root of the tree; output is standard output and error together. */
  run(tool: string, ...args: string[]): Promise<ToolResult>;
  /** Runs a script of the tree with Node. */
  runScript(script: string, ...args: string[]): Promise<ToolResult>;
  remove(): void;
}

/** Makes a tree of the given files (path -> text) under the repository's configuration. */
export function plantTree(files: Record<string, string>): PlantedTree {
  const root = mkdtempSync(join(tmpdir(), 'swath-planted-'));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const path of CONFIGURATION) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    copyFileSync(join(repository, path), join(root, path));
  }
  write('package.json', manifest('planted', { workspaces: ['apps/*', 'libs/*', 'workflows'] }));
  for (const [folder, entries] of Object.entries(PACKAGES)) {
    const sources = { '.': './src/index.ts', ...entries };
    const exports = Object.fromEntries(
      Object.entries(sources).map(([entry, path]) => [entry, { '@swath/source': path, default: path }]),
    );
    write(`${folder}/package.json`, manifest(`@swath/${folder.split('/').at(-1) ?? ''}`, { exports }));
    for (const path of Object.values(sources)) write(join(folder, path), 'export {};\n');
  }
  for (const [path, text] of Object.entries(files)) write(path, text);
  linkModules(root);
  const execute = (file: string, args: string[]) =>
    new Promise<ToolResult>((resolve) => {
      execFile(
        file,
        args,
        { cwd: root, maxBuffer: 1 << 26, env: { ...process.env, NO_COLOR: '1' } },
        (error, out, err) => {
          resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: out + err });
        },
      );
    });
  return {
    root,
    run: (tool, ...args) => execute(join(repository, 'node_modules/.bin', tool), args),
    runScript: (script, ...args) => execute(process.execPath, [script, ...args]),
    remove: () => {
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function manifest(name: string, more: object): string {
  return JSON.stringify({ name, version: '0.1.0', private: true, type: 'module', ...more });
}

/** Third-party packages are the repository's own; `@swath/*` are the tree's. */
function linkModules(root: string): void {
  const modules = join(root, 'node_modules');
  mkdirSync(join(modules, '@swath'), { recursive: true });
  for (const entry of readdirSync(join(repository, 'node_modules'))) {
    if (entry === '@swath' || entry === '.cache') continue;
    symlinkSync(join(repository, 'node_modules', entry), join(modules, entry));
  }
  for (const folder of Object.keys(PACKAGES)) {
    symlinkSync(join(root, folder), join(modules, '@swath', folder.split('/').at(-1) ?? ''));
  }
}
