// Who may import whom (the table in docs/architecture.md). `npm run check` runs it over the tree; every rule's comment
// says what to do. Type-only imports count, except in the rules about values: those end in `-at-run-time`.
// tools/rules.spec.ts plants a violation of each.

const OUTSIDE_TESTS =
  '\\.(spec|db-spec|replay-spec|e2e-spec)\\.tsx?$|^(test|tools|libs/testing|workflows/test|(apps|libs)/[^/]+/(bench|test))/';

/** A rule for product code: specs and test support may reach further. */
function forbid(name, comment, from, to) {
  return {
    name,
    comment,
    severity: 'error',
    from: { pathNot: OUTSIDE_TESTS, ...from },
    to,
  };
}

/** `importer` may use only these of our own packages. */
function mayImport(importer, allowed, comment) {
  const own = ['^' + importer, ...allowed.map((path) => '^' + path)];
  return forbid(
    `${importer.replaceAll('/', '-')}-imports`,
    comment,
    { path: `^${importer}/src/` },
    { path: '^(apps|libs|workflows)/', pathNot: own },
  );
}

/** An npm package that only these folders may import. */
function only(npm, folders, comment) {
  return forbid(
    `${npm.replace(/[^a-z]+/g, '-').replace(/^-|-$/g, '')}-only-where-it-belongs`,
    comment,
    { path: '^(apps|libs|workflows)/', pathNot: [OUTSIDE_TESTS, ...folders.map((folder) => '^' + folder)] },
    { path: `(^|node_modules/)${npm}(/|$)` },
  );
}

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Files in a ring cannot be understood or loaded alone: move what both need into a third file.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'The import leads nowhere: add the dependency to the package or correct the path.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-deep-imports',
      comment: 'Import a package by its name; what its index does not export is its own business.',
      severity: 'error',
      from: { path: '^((?:apps|libs)/[^/]+|workflows)/', pathNot: OUTSIDE_TESTS },
      to: {
        path: '^(libs/[^/]+|workflows)/src/',
        pathNot: [
          '^$1/',
          '^libs/[^/]+/src/index\\.ts$',
          '^libs/contracts/src/states\\.ts$',
          '^libs/platform/src/local/index\\.ts$',
          '^workflows/src/(index|messages|ports/index)\\.ts$',
        ],
      },
    },

    mayImport('libs/contracts', [], 'The language depends on nothing of ours.'),
    mayImport('libs/search', ['libs/contracts'], 'Search is pure: it may use contracts only.'),
    mayImport('libs/placement', ['libs/contracts'], 'Placement is pure: it may use contracts only.'),
    mayImport('libs/ledger', ['libs/contracts'], 'The ledger is pure: it may use contracts only.'),
    mayImport(
      'workflows',
      ['libs/contracts', 'libs/search', 'libs/placement', 'libs/ledger'],
      'Workflows are replayed: they may use the pure ring only.',
    ),
    mayImport('libs/platform', ['libs/contracts'], 'Platform is the lowest shell package.'),
    mayImport(
      'libs/persistence',
      ['libs/contracts', 'libs/platform'],
      'Persistence stores; decisions belong to the pure ring.',
    ),
    mayImport(
      'libs/temporal',
      ['libs/contracts', 'libs/platform', 'workflows/src/(messages|index|ports/)'],
      'The Temporal client knows messages and workflow types, nothing else of ours.',
    ),
    mayImport(
      'libs/lifecycle',
      ['libs/(contracts|search|placement|ledger|persistence|platform)'],
      'Lifecycle is the transactions that both servers need; Temporal and the apps build on it.',
    ),
    mayImport('libs/api-client', ['libs/contracts'], 'The client is made from contracts alone.'),
    mayImport(
      'apps/api',
      ['libs/(contracts|search|placement|ledger|persistence|lifecycle|temporal|platform)'],
      'The API answers users; workflow code and other apps are not for it.',
    ),
    mayImport(
      'apps/orchestrator',
      ['libs/(contracts|search|placement|ledger|persistence|lifecycle|temporal|platform)', 'workflows'],
      'The orchestrator implements the ports of the workflows; other apps are not for it.',
    ),
    mayImport(
      'apps/agent',
      ['libs/(contracts|platform|api-client)'],
      'The agent speaks HTTP to the API only: no persistence, no Temporal, no workflows.',
    ),
    mayImport(
      'apps/cli',
      ['libs/(contracts|search|platform|api-client)'],
      'The CLI speaks HTTP to the API only.',
    ),
    mayImport('apps/web', ['libs/(contracts|api-client)'], 'The web app speaks HTTP to the API only.'),

    {
      name: 'workflows-reach-only-deterministic-code',
      comment: 'Workflow code is replayed: nothing it reaches, however far, may do input or output.',
      severity: 'error',
      from: { path: '^workflows/src/', pathNot: OUTSIDE_TESTS },
      to: {
        path: '(^(apps|libs/(persistence|lifecycle|temporal|platform|api-client|testing))/|node_modules/(typeorm|pg|@nestjs|pino)/|^(node:)?(fs|net|http|child_process|crypto|os|path)$)',
        reachable: true,
      },
    },
    {
      name: 'testing-only-from-tests',
      comment: 'libs/testing is for specs: product code must not depend on builders and fakes.',
      severity: 'error',
      from: { path: '^(apps|libs|workflows)/', pathNot: OUTSIDE_TESTS },
      to: { path: '^libs/testing/' },
    },
    {
      name: 'no-specs-from-product-code',
      comment: 'A spec is an end, not a source: move what you need into libs/testing.',
      severity: 'error',
      from: { pathNot: OUTSIDE_TESTS },
      to: { path: '\\.(spec|db-spec|replay-spec|e2e-spec)\\.tsx?$' },
    },
    {
      name: 'no-builtins-in-pure-rings',
      comment: 'Pure and replayed code does no input or output: move the effect to a shell package.',
      severity: 'error',
      from: { path: '^(libs/(contracts|search|placement|ledger)|workflows)/src/', pathNot: OUTSIDE_TESTS },
      to: { dependencyTypes: ['core'] },
    },

    only('typeorm', ['libs/persistence/'], 'Only persistence talks to the database.'),
    only('pg', ['libs/persistence/', 'libs/testing/'], 'Only persistence talks to the database.'),
    only('@temporalio/workflow', ['workflows/'], 'Workflow code lives in workflows/.'),
    only(
      '@temporalio/(worker|activity)',
      ['apps/orchestrator/'],
      'Only the orchestrator runs a Temporal worker.',
    ),
    only(
      '@temporalio/client',
      ['libs/temporal/', 'apps/orchestrator/', 'libs/platform/src/local/'],
      'Reach Temporal through libs/temporal.',
    ),
    only(
      '@nestjs',
      ['apps/(api|orchestrator)/', 'libs/(persistence|temporal|platform)/'],
      'Nest belongs to the two server apps and the modules they load.',
    ),
    only(
      'zod',
      ['libs/contracts/', '(apps|libs)/.*\\.config\\.ts$', 'apps/[^/]+/src/.*config', 'apps/api/src/http/'],
      'Schemas that cross a process live in libs/contracts.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.spec.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@swath/source', 'import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
    cache: false,
  },
};
