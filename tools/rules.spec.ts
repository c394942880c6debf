// Proves every rule of the gate: for each, a planted violation that must be reported and a clean twin that must not.
// The tools run on a planted tree under the repository's own configuration files, each of them once.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokenLinks } from './check-docs-links.mjs';
import { runtimeViolations } from './check-runtime-imports.mjs';
import { replaceSection, staleFiles } from './generate/fresh.mjs';
import { plantTree, repository } from './planted-tree.js';
import type { PlantedTree, ToolResult } from './planted-tree.js';

const TIMEOUT = 120_000;

const lines = (count: number, text: string) => Array.from({ length: count }, () => text).join('\n');
const branches = (count: number) => lines(count, '  if (n > 1) total += n;');

/** [subject, rule, path, planted text, path of the clean twin, clean text] */
const lintCases: [string, string, string, string, string, string][] = [
  [
    'the clock in the pure ring',
    'no-restricted-syntax',
    'libs/search/src/clock.ts',
    'export const now = () => Date.now();\n',
    'libs/search/src/clock-clean.ts',
    'export const at = (ms: number) => new Date(ms);\n',
  ],
  [
    'the clock by its constructor in the pure ring',
    'no-restricted-syntax',
    'libs/contracts/src/today.ts',
    'export const today = () => new Date();\n',
    'workflows/src/today-clean.ts',
    'export const today = () => new Date();\n',
  ],
  [
    'randomness in the pure ring',
    'no-restricted-syntax',
    'libs/placement/src/random.ts',
    'export const draw = () => Math.random();\n',
    'libs/placement/src/random-clean.ts',
    'export const draw = (random: () => number) => Math.floor(random() * 6);\n',
  ],
  [
    'the locale of the machine in the pure ring',
    'no-restricted-syntax',
    'libs/placement/src/locale.ts',
    'export const order = (a: string, b: string) => a.localeCompare(b);\n',
    'libs/placement/src/locale-clean.ts',
    'export const order = (a: string, b: string) => (a < b ? -1 : 1);\n',
  ],
  [
    'a Node built-in in the pure ring',
    'no-restricted-imports',
    'libs/ledger/src/builtin.ts',
    "import { readFileSync } from 'fs';\nexport const read = readFileSync;\n",
    'libs/platform/src/builtin-clean.ts',
    "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n",
  ],
  [
    'a Node built-in in workflows',
    'no-restricted-imports',
    'workflows/src/builtin.ts',
    "import { hostname } from 'node:os';\nexport const host = hostname;\n",
    'workflows/src/builtin-clean.ts',
    "import { one } from './one.js';\nexport const two = one;\n",
  ],
  [
    'the environment outside a config file',
    'no-restricted-properties',
    'apps/api/src/port.ts',
    "export const port = process.env['PORT'];\n",
    'apps/api/src/api.config.ts',
    "export const port = process.env['PORT'];\n",
  ],
  [
    'multiplication of numbers in a money module',
    'swath/no-number-arithmetic',
    'libs/ledger/src/times.ts',
    'export const cost = (hours: number, price: number) => hours * price;\n',
    'libs/ledger/src/times-clean.ts',
    'export const cost = (ms: bigint, price: bigint, all: bigint[]) => ms * price + (all[0] ?? 0n);\n',
  ],
  [
    'conversion to a number in a money module',
    'swath/no-number-arithmetic',
    'libs/ledger/src/convert.ts',
    'export const amount = (micros: bigint) => Number(micros);\n',
    'libs/ledger/src/convert-clean.ts',
    'export const amount = (text: string) => BigInt(text);\n',
  ],
  [
    'rounding by Math in a money module',
    'swath/no-number-arithmetic',
    'libs/ledger/src/round.ts',
    'export const rounded = (x: number) => Math.round(x);\n',
    'libs/ledger/src/round-clean.ts',
    'export const rounded = (x: bigint) => (x + 1n) / 2n;\n',
  ],
  [
    'a promise nobody waits for',
    '@typescript-eslint/no-floating-promises',
    'apps/api/src/floating.ts',
    'export function go(): void {\n  Promise.resolve(1);\n}\n',
    'apps/api/src/floating-clean.ts',
    'export async function go(): Promise<void> {\n  await Promise.resolve(1);\n}\n',
  ],
  [
    'a promise used as a condition',
    '@typescript-eslint/no-misused-promises',
    'apps/api/src/misused.ts',
    'export const truthy = (work: Promise<number>) => (work ? 1 : 2);\n',
    'apps/api/src/misused-clean.ts',
    'export const truthy = async (work: Promise<number>) => ((await work) > 0 ? 1 : 2);\n',
  ],
  [
    'a switch that forgets a case',
    '@typescript-eslint/switch-exhaustiveness-check',
    'apps/api/src/switch.ts',
    "export function f(x: 'a' | 'b'): void {\n  switch (x) {\n    case 'a':\n      return;\n  }\n}\n",
    'apps/api/src/switch-clean.ts',
    "export function f(x: 'a' | 'b'): void {\n  switch (x) {\n    case 'a':\n    case 'b':\n      return;\n  }\n}\n",
  ],
  [
    'any',
    '@typescript-eslint/no-explicit-any',
    'apps/api/src/any.ts',
    'export type Loose = any;\n',
    'apps/api/src/any-clean.ts',
    'export type Strict = unknown;\n',
  ],
  [
    'a non-null assertion',
    '@typescript-eslint/no-non-null-assertion',
    'apps/api/src/bang.ts',
    'export const size = (x: string | undefined) => x!.length;\n',
    'apps/api/src/bang-clean.ts',
    'export const size = (x: string | undefined) => x?.length;\n',
  ],
  [
    'a type assertion outside mappers',
    '@typescript-eslint/consistent-type-assertions',
    'apps/api/src/as.ts',
    'export const text = (x: unknown) => x as string;\n',
    'libs/persistence/src/mappers/as.mapper.ts',
    'export const text = (x: unknown) => x as string;\nexport const list = [1] as const;\n',
  ],
  [
    'an enum',
    'no-restricted-syntax',
    'apps/api/src/enum.ts',
    'export enum Color {\n  red,\n}\n',
    'apps/api/src/enum-clean.ts',
    "export const colors = ['red'] as const;\n",
  ],
  [
    'inheritance',
    'no-restricted-syntax',
    'apps/api/src/inherit.ts',
    'class Base {\n  a = 1;\n}\nexport class Derived extends Base {}\n',
    'apps/api/src/inherit-clean.ts',
    'export class LateError extends Error {}\n',
  ],
  [
    'export *',
    'no-restricted-syntax',
    'apps/api/src/star.ts',
    "export * from './one.js';\n",
    'apps/api/src/star-clean.ts',
    "export { one } from './one.js';\n",
  ],
  [
    'a default export',
    'import-x/no-default-export',
    'apps/api/src/default.ts',
    'const x = 1;\nexport default x;\n',
    'apps/api/src/default-clean.ts',
    'export const x = 1;\n',
  ],
  [
    'five parameters',
    'no-restricted-syntax',
    'apps/api/src/five.ts',
    'export const f = (a: 1, b: 1, c: 1, d: 1, e: 1) => [a, b, c, d, e];\n',
    'apps/api/src/five-clean.ts',
    'export class F {\n  constructor(a: 1, b: 1, c: 1, d: 1, e: 1) {\n    this.all = [a, b, c, d, e];\n  }\n  readonly all: number[];\n}\n',
  ],
  [
    'a function of 61 lines',
    'max-lines-per-function',
    'apps/api/src/long-function.ts',
    `export function f(n: number): number {\n${lines(59, '  n.toFixed();')}\n  return n;\n}\n// end\n`.replace(
      'return n',
      'return n +\n 1',
    ),
    'apps/api/src/long-function-clean.ts',
    `export function f(n: number): number {\n${lines(57, '  n.toFixed();')}\n  // a comment line is free\n  return n;\n}\n`,
  ],
  [
    'a file of 401 lines',
    'max-lines',
    'apps/api/src/long-file.ts',
    `${Array.from({ length: 401 }, (_, i) => `export const a${i} = ${i};`).join('\n')}\n`,
    'apps/api/src/long-file-clean.ts',
    `// Opening lines are free.\n\n${Array.from({ length: 400 }, (_, i) => `export const a${i} = ${i};`).join('\n')}\n`,
  ],
  [
    'more than twelve paths through a function',
    'complexity',
    'apps/api/src/complex.ts',
    `export function f(n: number): number {\n  let total = 0;\n${branches(12)}\n  return total;\n}\n`,
    'apps/api/src/complex-clean.ts',
    `export function f(n: number): number {\n  let total = 0;\n${branches(11)}\n  return total;\n}\n`,
  ],
];

/** [importer, imported package or file, rule] for each planted import that the import table refuses. */
const forbiddenImports: [string, string, string][] = [
  ['libs/contracts/src/a.ts', '@swath/search', 'libs-contracts-imports'],
  ['libs/search/src/a.ts', '@swath/persistence', 'libs-search-imports'],
  ['libs/placement/src/a.ts', '@swath/search', 'libs-placement-imports'],
  ['libs/ledger/src/a.ts', '@swath/platform', 'libs-ledger-imports'],
  ['workflows/src/a.ts', '@swath/temporal', 'workflows-imports'],
  ['libs/platform/src/a.ts', '@swath/persistence', 'libs-platform-imports'],
  ['libs/persistence/src/a.ts', '@swath/ledger', 'libs-persistence-imports'],
  ['libs/lifecycle/src/a.ts', '@swath/temporal', 'libs-lifecycle-imports'],
  ['libs/temporal/src/a.ts', '@swath/persistence', 'libs-temporal-imports'],
  ['libs/api-client/src/a.ts', '@swath/platform', 'libs-api-client-imports'],
  ['apps/api/src/a.ts', '@swath/workflows', 'apps-api-imports'],
  ['apps/orchestrator/src/a.ts', '@swath/api-client', 'apps-orchestrator-imports'],
  ['apps/agent/src/a.ts', '@swath/persistence', 'apps-agent-imports'],
  ['apps/agent/src/b.ts', '@swath/workflows/ports', 'apps-agent-imports'],
  ['apps/cli/src/a.ts', '@swath/temporal', 'apps-cli-imports'],
  ['apps/web/src/a.ts', '@swath/search', 'apps-web-imports'],
  ['apps/api/src/b.ts', '../../agent/src/a.js', 'apps-api-imports'],
  ['apps/api/src/c.ts', '../../../libs/platform/src/inner.js', 'no-deep-imports'],
  ['apps/api/src/d.ts', '@swath/testing', 'testing-only-from-tests'],
  ['apps/api/src/e.ts', './e.spec.js', 'no-specs-from-product-code'],
  ['apps/api/src/f.ts', './nowhere.js', 'no-unresolvable'],
  ['libs/search/src/b.ts', 'node:fs', 'no-builtins-in-pure-rings'],
  ['apps/api/src/g.ts', 'typeorm', 'typeorm-only-where-it-belongs'],
  ['apps/orchestrator/src/b.ts', 'pg', 'pg-only-where-it-belongs'],
  ['apps/orchestrator/src/c.ts', '@temporalio/workflow', 'temporalio-workflow-only-where-it-belongs'],
  ['apps/api/src/h.ts', '@temporalio/worker', 'temporalio-worker-activity-only-where-it-belongs'],
  ['apps/api/src/i.ts', '@temporalio/client', 'temporalio-client-only-where-it-belongs'],
  ['apps/agent/src/c.ts', '@nestjs/common', 'nestjs-only-where-it-belongs'],
  ['libs/search/src/c.ts', 'zod', 'zod-only-where-it-belongs'],
];

const allowedImports: [string, string][] = [
  ['workflows/src/sweep/ok.ts', '../ok.js'],
  ['libs/lifecycle/src/ok.ts', '@swath/persistence'],
  ['libs/lifecycle/src/ok2.ts', './ok.js'],
  ['apps/api/src/ok3.ts', '@swath/lifecycle'],
  ['libs/search/src/ok.ts', '@swath/contracts/states'],
  ['workflows/src/ok.ts', '@swath/ledger'],
  ['workflows/src/ok2.ts', '@temporalio/workflow'],
  ['libs/persistence/src/ok.ts', 'typeorm'],
  ['libs/persistence/src/ok2.ts', 'pg'],
  ['libs/temporal/src/ok.ts', '@swath/workflows/messages'],
  ['apps/api/src/ok.ts', '@swath/persistence'],
  ['apps/api/src/ok2.ts', '@nestjs/common'],
  ['apps/api/src/ok.spec.ts', '@swath/testing'],
  ['apps/orchestrator/src/ok.ts', '@swath/workflows'],
  ['apps/orchestrator/src/ok2.ts', '@temporalio/worker'],
  ['apps/agent/src/ok.ts', '@swath/api-client'],
  ['apps/agent/src/agent.config.ts', 'zod'],
  ['apps/cli/src/ok.ts', '@swath/search'],
  ['apps/web/src/ok.ts', '@swath/api-client'],
];

const importing = (target: string) => `import '${target}';\nexport const x = 1;\n`;

describe('lint rules', () => {
  let tree: PlantedTree;
  let rules: Map<string, string[]>;

  beforeAll(async () => {
    const files = Object.fromEntries(
      lintCases.flatMap(([, , path, text, cleanPath, cleanText]) => [
        [path, text],
        [cleanPath, cleanText],
      ]),
    );
    const one = 'export const one = 1;\n';
    tree = plantTree({ ...files, 'apps/api/src/one.ts': one, 'workflows/src/one.ts': one });
    const { output } = await tree.run('eslint', 'apps', 'libs', 'workflows', '--format=json');
    const results: { filePath: string; messages: { ruleId: string | null; message: string }[] }[] =
      JSON.parse(output);
    rules = new Map(
      results.map(({ filePath, messages }) => [
        filePath.slice(tree.root.length + 1),
        messages.map(({ ruleId, message }) => ruleId ?? message),
      ]),
    );
  }, TIMEOUT);
  afterAll(() => {
    tree.remove();
  });

  it.each(lintCases)('refuse %s (%s)', (_subject, rule, path, _text, cleanPath) => {
    expect(rules.get(path)).toEqual([rule]);
    expect(rules.get(cleanPath)).toEqual([]);
  });
});

describe('the import table', () => {
  let tree: PlantedTree;
  let violations: { from: string; to: string; rule: { name: string } }[];

  beforeAll(async () => {
    tree = plantTree({
      ...Object.fromEntries(
        [...forbiddenImports, ...allowedImports].map(([path, target]) => [path, importing(target)]),
      ),
      'apps/api/src/e.spec.ts': 'export const x = 1;\n',
      'libs/platform/src/inner.ts': 'export const x = 1;\n',
      'libs/platform/src/cycle-a.ts': importing('./cycle-b.js'),
      'libs/platform/src/cycle-b.ts': importing('./cycle-a.js'),
      'libs/persistence/src/index.ts': importing('typeorm'),
      'libs/placement/src/far.ts': importing('./farther.js'),
      'libs/placement/src/farther.ts': importing('@swath/persistence'),
      'libs/placement/src/index.ts': importing('./far.js'),
      'workflows/src/far.ts': importing('@swath/placement'),
    });
    const { output } = await tree.run(
      'depcruise',
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'json',
      'apps',
      'libs',
      'workflows',
    );
    violations = JSON.parse(output).summary.violations;
  }, TIMEOUT);
  afterAll(() => {
    tree.remove();
  });

  const rulesOf = (path: string) => violations.filter((one) => one.from === path).map((one) => one.rule.name);

  it.each(forbiddenImports)('refuses that %s imports %s (%s)', (path, _target, rule) => {
    expect(rulesOf(path)).toContain(rule);
  });

  it.each(allowedImports)('lets %s import %s', (path) => {
    expect(rulesOf(path)).toEqual([]);
  });

  it('refuses cycles', () => {
    expect(rulesOf('libs/platform/src/cycle-a.ts')).toEqual(['no-cycles']);
  });

  it('refuses that a workflow reaches the database through three files that each look harmless', () => {
    const reached = violations.filter((one) => one.from === 'workflows/src/far.ts');
    expect(new Set(reached.map((one) => one.rule.name))).toEqual(
      new Set(['workflows-reach-only-deterministic-code']),
    );
    expect(reached.map((one) => one.to)).toEqual(
      expect.arrayContaining([
        'libs/persistence/src/index.ts',
        expect.stringContaining('node_modules/typeorm/'),
      ]),
    );
  });

  it('plants a violation of every rule there is', () => {
    const { forbidden } = readConfiguration('.dependency-cruiser.cjs');
    const names = forbidden.map((rule) => rule.name);
    expect(new Set(violations.map((one) => one.rule.name))).toEqual(new Set(names));
  });
});

describe('imports at run time', () => {
  let tree: PlantedTree;
  beforeAll(() => {
    tree = plantTree({
      'libs/contracts/src/index.ts':
        "import { z } from 'zod';\nexport const schema = z.string();\nexport interface Spec {\n  a: 1;\n}\n",
      'libs/contracts/src/states.ts': "export const states = ['a'];\n",
      'libs/search/src/value.ts': "import { schema } from '@swath/contracts';\nexport const x = schema;\n",
      'libs/search/src/type.ts':
        "import type { Spec } from '@swath/contracts';\nimport { states } from '@swath/contracts/states';\nexport const x = (spec: Spec) => [spec, states];\n",
    });
  });
  afterAll(() => {
    tree.remove();
  });

  it(
    'refuse a schema’s value in the pure ring and accept its type',
    async () => {
      const found = await runtimeViolations(tree.root);
      expect(
        found
          .filter((text) => text.includes('value.ts'))
          .map((text) => text.split(':')[0])
          .sort(),
      ).toEqual(['no-schema-library-at-run-time', 'values-of-contracts-only-from-states']);
      expect(found.filter((text) => text.includes('type.ts'))).toEqual([]);
    },
    TIMEOUT,
  );

  it(
    'refuse zod behind the zod-free entry',
    async () => {
      writeFileSync(
        join(tree.root, 'libs/contracts/src/states.ts'),
        "import { schema } from './index.js';\nexport const states = [schema];\n",
      );
      const found = await runtimeViolations(tree.root);
      expect(
        found.some((text) => text.startsWith('no-schema-library-at-run-time: libs/contracts/src/states.ts')),
      ).toBe(true);
    },
    TIMEOUT,
  );
});

describe('the compiler in the inner rings', () => {
  it.each(['libs/contracts', 'libs/search', 'libs/placement', 'libs/ledger', 'workflows'])(
    'knows no Node, network, timer or console in %s',
    (folder) => {
      const refused = [
        "import 'node:fs';",
        'process.exit();',
        'Buffer.from("");',
        "void fetch('');",
        'setTimeout(() => 1, 1);',
        'console.log(1);',
      ];
      const problems = compile(
        folder,
        [...refused, 'export const fine: number[] = [1].toSorted();'].join('\n'),
      );
      expect(problems).toEqual(refused.map((_, line) => line + 1));
    },
    TIMEOUT,
  );
});

/** Line numbers with an error when `text` is a source file of the package. */
function compile(folder: string, text: string): number[] {
  const path = join(repository, folder, 'tsconfig.json');
  const config = ts.parseJsonConfigFileContent(
    ts.readConfigFile(path, ts.sys.readFile).config,
    ts.sys,
    join(repository, folder),
  );
  const options = { ...config.options, composite: false, incremental: false, noEmit: true };
  const file = join(repository, folder, 'src/planted.ts');
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.readFile = (name) => (name === file ? text : readFile(name));
  host.getSourceFile = (name, version) =>
    name === file ? ts.createSourceFile(name, text, version) : getSourceFile(name, version);
  return ts
    .getPreEmitDiagnostics(ts.createProgram([file], options, host))
    .map(({ file: where, start }) => (where?.getLineAndCharacterOfPosition(start ?? 0).line ?? -1) + 1);
}

describe('documentation', () => {
  let tree: PlantedTree;
  let result: ToolResult;
  beforeAll(async () => {
    tree = plantTree({
      'libs/search/src/index.ts':
        "export { described } from './described.js';\nexport { bare } from './bare.js';\n",
      'libs/search/src/described.ts': '/** Says what it is. */\nexport const described = 1;\n',
      'libs/search/src/bare.ts': 'export const bare = 1;\n',
    });
    result = await tree.run('typedoc');
  }, TIMEOUT);
  afterAll(() => {
    tree.remove();
  });

  it('is wanted for every export of a lib', () => {
    expect(result.code).not.toBe(0);
    expect(result.output).toMatch(/bare.*does not have any documentation/);
    expect(result.output).not.toContain('described (');
  });

  it('has no link that leads nowhere', () => {
    const page =
      '# One\n\n[a](#one) [b](#two) [c](missing.md) `tools/rules.spec.ts` `tools/none.ts` [d](https://example.org)\n';
    writeFileSync(join(tree.root, 'page.md'), page);
    writeFileSync(join(tree.root, 'tools/rules.spec.ts'), '');
    expect(brokenLinks(tree.root, ['page.md'])).toEqual([
      'page.md: #two',
      'page.md: missing.md',
      'page.md: tools/none.ts',
    ]);
  });
});

describe('dead code', () => {
  it(
    'is reported: files, exports and dependencies that nothing uses',
    async () => {
      const tree = plantTree({
        'apps/cli/package.json':
          '{"name":"@swath/cli","version":"0.1.0","private":true,"type":"module","dependencies":{"pg":"*","@swath/search":"0.1.0"}}',
        'apps/cli/src/main.ts':
          "import { used } from './used.js';\nimport { all } from '@swath/search';\nused(all);\n",
        'apps/cli/src/used.ts': 'export const used = (x: number) => x;\nexport const forgotten = 1;\n',
        'apps/cli/src/dead.ts': 'export const dead = 1;\n',
        'libs/search/src/index.ts': 'export const all = 1;\n',
      });
      const { code, output } = await tree.run('knip', '--no-progress', '--reporter=compact');
      tree.remove();
      expect(code).toBe(1);
      expect(output).toMatch(/^apps\/cli\/src\/dead\.ts/m);
      expect(output).toMatch(/used\.ts.*forgotten/);
      expect(output).toMatch(/apps\/cli\/package\.json.*pg/);
      expect(output).not.toMatch(/used\.ts.*\bused\b,|@swath\/search/);
    },
    TIMEOUT,
  );
});

describe('generated files', () => {
  it('are named when they are not what the sources say', () => {
    const tree = plantTree({ 'docs/fresh.md': 'new\n', 'docs/stale.md': 'old\n' });
    const files = ['fresh', 'stale', 'missing'].map((name) => ({ path: `docs/${name}.md`, text: 'new\n' }));
    expect(staleFiles(tree.root, files)).toEqual(['docs/stale.md', 'docs/missing.md']);
    tree.remove();
  });

  it('replace their section of a page and nothing else', () => {
    const page = 'a\n<!-- generated: x -->\n\nold\n\n<!-- end generated -->\nb\n';
    expect(replaceSection(page, 'x', 'new')).toBe(
      'a\n<!-- generated: x -->\n\nnew\n\n<!-- end generated -->\nb\n',
    );
    expect(() => replaceSection(page, 'y', 'new')).toThrow('generated: y');
  });
});

describe('npm run check', () => {
  it(
    'fails with the tool’s output and the advice, and passes on a clean tree',
    async () => {
      const tree = plantTree({ 'apps/cli/src/main.ts': 'export   const x=1' });
      const failed = await tree.runScript('tools/check.mjs', 'format');
      expect(failed.code).toBe(1);
      expect(failed.output).toContain('apps/cli/src/main.ts');
      expect(failed.output).toContain('npm run fix');
      await tree.run('prettier', '--write', '--log-level=silent', '.');
      const passed = await tree.runScript('tools/check.mjs', 'format');
      expect(passed.output).toContain('passed');
      expect(passed.code).toBe(0);
      tree.remove();
    },
    TIMEOUT,
  );

  it('refuses a step that there is not', async () => {
    const tree = plantTree({});
    const { code, output } = await tree.runScript('tools/check.mjs', 'nonsense');
    tree.remove();
    expect(code).toBe(2);
    expect(output).toContain('nonsense');
  });
});

function readConfiguration(path: string): { forbidden: { name: string }[] } {
  const module = { exports: { forbidden: [] } };
  new Function('module', readFileSync(join(repository, path), 'utf8'))(module);
  return module.exports;
}
