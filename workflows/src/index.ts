// The bundler's entry: the workflow functions and nothing else. Clients import `./messages`, the orchestrator `./ports`.
export { sweepWorkflow } from './sweep/sweep.workflow.js';
export { trialWorkflow } from './trial/trial.workflow.js';
