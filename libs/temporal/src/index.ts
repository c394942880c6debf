export { createControlClient } from './client.js';
export type { ControlClient, TemporalOptions } from './client.js';
export { ensureNamespace } from './ensure-namespace.js';
export { CONTROL_TASK_QUEUE, DEFAULT_NAMESPACE, sweepIdAttribute } from './names.js';
export { runningWorkflowIds } from './running-workflows.js';
export { signalSweepChanged, signalTrialsDone, startSweep } from './sweeps.js';
export { CONTROL_CLIENT, TemporalModule } from './temporal.module.js';
export { signalAttemptEnded, startTrials } from './trials.js';
