// Bundles the workflow code into dist/workflow-bundle.js, so that an orchestrator starts without webpack. Run by
// tools/build-assets.mjs after `tsc -b`; `node apps/orchestrator/build-bundle.mjs` does it alone.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const workflowsPath = createRequire(import.meta.url).resolve('@swath/workflows');
const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
const target = new URL('./dist/workflow-bundle.js', import.meta.url);
mkdirSync(new URL('.', target), { recursive: true });
writeFileSync(fileURLToPath(target), code);
