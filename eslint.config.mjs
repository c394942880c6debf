// The lint rules, each with a sentence that says what to do. `npm run check` and editors read this file; tools/rules.spec.ts
// plants a violation of every rule that guards the design. A rule is an error or it is off.
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { noNumberArithmetic } from './tools/lint/no-number-arithmetic.mjs';

const specs = [
  '**/*.spec.ts',
  '**/*.db-spec.ts',
  '**/*.replay-spec.ts',
  '**/*.e2e-spec.ts',
  '**/*.soak-spec.ts',
  '**/*.spec.tsx',
];
const testCode = [...specs, '**/test/**', 'libs/testing/**', '**/bench/**', 'tools/**', 'examples/**'];
const pureRing = [
  'libs/contracts/src/**',
  'libs/search/src/**',
  'libs/placement/src/**',
  'libs/ledger/src/**',
];
const replayRing = ['workflows/src/**'];
const money = ['libs/ledger/src/**'];

/** Structure of the code: true of every file of the product. */
const structure = [
  { selector: 'TSEnumDeclaration', message: 'No enum: use a const array or object and a union type.' },
  { selector: 'ExportAllDeclaration', message: 'No `export *`: name what the package promises.' },
  {
    selector: 'ClassDeclaration[superClass]:not([superClass.name=/(Error|Failure)$/])',
    message: 'No inheritance except errors: compose, or pass functions.',
  },
  {
    selector:
      ':matches(FunctionDeclaration, ArrowFunctionExpression, FunctionExpression)[params.length>4]' +
      ':not(MethodDefinition[kind="constructor"] > FunctionExpression)',
    message: 'At most four parameters: pass an options object.',
  },
];

/** What makes a pure function give another answer tomorrow or on another machine. */
const impure = [
  {
    selector:
      ':matches(CallExpression, NewExpression)[callee.name="Date"][arguments.length=0], MemberExpression[object.name="Date"][property.name="now"], MemberExpression[object.name="Math"][property.name="random"]',
    message: 'The pure ring has no clock and no randomness: take the time or the generator as an argument.',
  },
  {
    selector: 'CallExpression[callee.property.name=/^(localeCompare|toLocale[A-Z].*)$/]',
    message: 'The answer depends on the locale of the machine: compare or format by code unit.',
  },
];

const nodeBuiltins = {
  patterns: [
    {
      regex:
        '^(node:|(assert|buffer|child_process|cluster|crypto|dgram|dns|events|fs|http|http2|https|inspector|module|net|os|path|perf_hooks|process|readline|stream|string_decoder|timers|tls|tty|url|util|v8|vm|worker_threads|zlib)(/|$))',
      message:
        'No Node built-in in the pure and replay rings: move the effect to a shell package and pass values in.',
    },
  ],
};

const environment = {
  property: 'env',
  object: 'process',
  message: 'Read the environment in the app’s *.config.ts, once, and pass typed values on.',
};

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '**/.swath/**',
      'coverage/**',
      'examples/**/data/**',
      'docs/**',
      '**/*.cjs',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },
  {
    files: ['**/*.{ts,tsx,mjs}'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { project: './tsconfig.spec.json', tsconfigRootDir: import.meta.dirname },
    },
    plugins: { '@typescript-eslint': tseslint.plugin, 'import-x': importX },
    rules: {
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-console': 'error',
      'no-fallthrough': 'error',
      'no-unreachable': 'error',
      'no-constant-binary-expression': 'error',
      'no-unsafe-finally': 'error',
      'no-control-regex': 'off',
      'no-param-reassign': 'error',
      'no-restricted-syntax': ['error', ...structure],
      'import-x/no-default-export': 'error',
      'import-x/no-duplicates': ['error', { considerQueryString: true }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true, IIFEs: true }],
      complexity: ['error', { max: 12, variant: 'modified' }],
    },
  },
  // The pages have their own compiler settings: a browser's names and JSX.
  {
    files: ['apps/web/**/*.{ts,tsx,mjs}'],
    languageOptions: { parserOptions: { project: './apps/web/tsconfig.lint.json' } },
  },
  {
    files: ['**/*.{ts,tsx}'],
    rules: {
      'no-restricted-properties': ['error', environment],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/require-await': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unsafe-argument': 'error',
      '@typescript-eslint/no-unsafe-assignment': 'error',
      '@typescript-eslint/no-unsafe-call': 'error',
      '@typescript-eslint/no-unsafe-member-access': 'error',
      '@typescript-eslint/no-unsafe-return': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      '@typescript-eslint/restrict-plus-operands': 'error',
      '@typescript-eslint/no-base-to-string': 'error',
      '@typescript-eslint/no-for-in-array': 'error',
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/ban-ts-comment': 'error',
    },
  },
  { files: [...pureRing, ...replayRing], rules: { 'no-restricted-imports': ['error', nodeBuiltins] } },
  { files: pureRing, rules: { 'no-restricted-syntax': ['error', ...structure, ...impure] } },
  {
    files: money,
    ignores: specs,
    plugins: { swath: { rules: { 'no-number-arithmetic': noNumberArithmetic } } },
    rules: { 'swath/no-number-arithmetic': 'error' },
  },
  // Mappers turn rows of unknown shape into contract types; they are the one place where the compiler is told.
  {
    files: ['**/*.mapper.ts', '**/mappers/**'],
    rules: { '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'as' }] },
  },
  // The local stack starts processes and hands them the environment.
  {
    files: ['**/*.config.ts', '**/*.config.mjs', 'libs/platform/src/local/**'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['*.config.ts', '*.config.mjs', 'apps/web/*.config.ts', 'tools/test-services.ts'],
    rules: { 'import-x/no-default-export': 'off' },
  },
  {
    files: ['**/migrations/**'],
    rules: { 'max-lines-per-function': 'off', 'max-lines': 'off', '@typescript-eslint/require-await': 'off' },
  },
  {
    files: ['apps/cli/**', 'tools/**', '**/bin/**', '**/bench/**', 'examples/**'],
    rules: { 'no-console': 'off' },
  },
  { files: specs, rules: { 'max-lines': 'off', 'max-lines-per-function': 'off', complexity: 'off' } },
  {
    files: testCode,
    rules: {
      'no-restricted-imports': 'off',
      'no-restricted-properties': 'off',
      'no-restricted-syntax': ['error', ...structure.slice(0, 2)],
      '@typescript-eslint/consistent-type-assertions': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
);
