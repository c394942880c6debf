// The zod-free entry `@swath/contracts/states`: what the pure ring and the workflows may import as values.
export { isNested } from './search-space.js';
export { searchMethods } from './sweep-spec.js';
export { canMoveSweep, isSweepEnded, sweepReasons, sweepStates, sweepTransitions } from './sweep-state.js';
export {
  attemptOutcomes,
  attemptStates,
  attemptTransitions,
  canMoveTrial,
  isTrialEnded,
  leaseStates,
  leaseTransitions,
  outcomeClasses,
  outcomeClassOf,
  stopReasons,
  trialStates,
  trialTransitions,
} from './trial-state.js';
export {
  attemptIdOf,
  idPatterns,
  leaseIdOf,
  runIdOf,
  sweepIdOf,
  sweepIdOfTrial,
  sweepWorkflowId,
  trialIdOf,
  trialIdOfAttempt,
  trialWorkflowId,
} from './ids.js';
export { formatMicros, MICROS_PER_UNIT, MILLI_GPU_MS_PER_HOUR, parseMicros, toMoney } from './units.js';
export { DomainError, errorCatalogue, toProblem } from './errors.js';
