// Test projects, cheapest first: unit (no services), replay (recorded workflow histories), db (real PostgreSQL), e2e (the whole product).
import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';

const resolve = { conditions: ['@swath/source', 'module', 'node', 'default'] };
const plugins = [
  swc.vite({
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    },
  }),
];
const ssr = { resolve: { conditions: ['@swath/source', 'module', 'node', 'default'] } };
const shared = { plugins, resolve, ssr, oxc: false as const };

export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          testTimeout: 30_000,
          include: ['{apps,libs,workflows,tools,examples}/**/*.spec.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
        },
      },
      { ...shared, test: { name: 'replay', include: ['workflows/test/**/*.replay-spec.ts'] } },
      {
        ...shared,
        test: {
          name: 'db',
          include: ['{apps,libs}/**/*.db-spec.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          globalSetup: ['tools/test-services.ts'],
        },
      },
      {
        ...shared,
        test: {
          name: 'e2e',
          include: ['test/**/*.e2e-spec.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          globalSetup: ['tools/test-services.ts'],
          fileParallelism: false,
        },
      },
      // Too long for every change; `npm run soak` runs them beside the scenarios of e2e with more of everything.
      {
        ...shared,
        test: {
          name: 'soak',
          include: ['test/**/*.soak-spec.ts'],
          globalSetup: ['tools/test-services.ts'],
          fileParallelism: false,
        },
      },
    ],
  },
});
