// Checks what the pure ring and the workflows load at run time: type-only imports are erased first, so a schema may be
// imported for its type but never for its value. `npm run check` calls it; tools/rules.spec.ts calls `runtimeViolations`.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cruise } from 'dependency-cruiser';
import extractTsConfig from 'dependency-cruiser/config-utl/extract-ts-config';

const reasons = {
  'values-of-contracts-only-from-states':
    'Import values from @swath/contracts/states; the main entry brings zod, about 1 MB in every workflow bundle.',
  'no-schema-library-at-run-time': 'Parsing belongs at the boundary: the replayed code must not load zod.',
};

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const forbidden = [
  {
    name: 'values-of-contracts-only-from-states',
    severity: 'error',
    from: {
      path: '^(libs/(search|placement|ledger)|workflows)/src/',
      pathNot: '\\.(spec|replay-spec)\\.ts$',
    },
    to: { path: '^libs/contracts/src/', pathNot: '^libs/contracts/src/states\\.ts$' },
  },
  {
    name: 'no-schema-library-at-run-time',
    severity: 'error',
    from: {
      path: '^(libs/(search|placement|ledger)/src/|workflows/src/|libs/contracts/src/states\\.ts$)',
      pathNot: '\\.(spec|replay-spec)\\.ts$',
    },
    to: { path: 'node_modules/zod/', reachable: true },
  },
];

/**
 * Every breach under `root`, one sentence each; empty when there is none.
 *
 * @param {string} root folder with libs/, workflows/ and tsconfig.spec.json
 * @returns {Promise<string[]>}
 */
export async function runtimeViolations(root) {
  const { output } = await cruise(
    ['libs', 'workflows'],
    {
      baseDir: root,
      ruleSet: { forbidden },
      validate: true,
      doNotFollow: { path: 'node_modules' },
      exclude: { path: '(^|/)dist/' },
      tsPreCompilationDeps: false,
      tsConfig: { fileName: 'tsconfig.spec.json' },
      enhancedResolveOptions: {
        exportsFields: ['exports'],
        conditionNames: ['@swath/source', 'import', 'require', 'node', 'default', 'types'],
        extensions: ['.ts', '.mjs', '.js', '.json'],
      },
    },
    {},
    { tsConfig: extractTsConfig(`${root}/tsconfig.spec.json`) },
  );
  if (typeof output === 'string') throw new Error(`dependency-cruiser returned text: ${output}`);
  return output.summary.violations.map((violation) => {
    const path = (violation.via ?? []).map((step) => step.name);
    const reason = Reflect.get(reasons, violation.rule.name);
    return `${violation.rule.name}: ${[violation.from, ...path].join(' -> ') || violation.to}\n  ${reason}`;
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const violations = await runtimeViolations(fileURLToPath(new URL('..', import.meta.url)));
  if (violations.length > 0) console.error(violations.join('\n'));
  process.exitCode = violations.length === 0 ? 0 : 1;
}
