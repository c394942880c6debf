/** Set-up job for a new Temporal server: creates the namespace and the search attribute, then ends. Repeatable. */
import { ensureNamespace } from '@swath/temporal';
import { readConfig } from './orchestrator.config.js';

await ensureNamespace(readConfig().temporal);
