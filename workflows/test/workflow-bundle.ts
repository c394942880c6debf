// Bundles the workflow sources as they are, without a build. About 2 s; each test file does it once.
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Runtime } from '@temporalio/worker';
import type { WorkflowBundle } from '@temporalio/worker';

const logger = new DefaultLogger('ERROR');

// Vitest ends the process; the SDK's core is silent unless something is wrong.
Runtime.install({
  logger,
  shutdownSignals: [],
  telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
});

/** The workflow code of this working tree. */
export function bundleWorkflows(): Promise<WorkflowBundle> {
  return bundleWorkflowCode({
    logger,
    workflowsPath: fileURLToPath(new URL('../src/index.ts', import.meta.url)),
    webpackConfigHook: (config) => ({
      ...config,
      resolve: { ...config.resolve, conditionNames: ['@swath/source', '...'] },
    }),
  });
}
