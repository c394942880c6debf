// The entry `@swath/workflows/ports`: the activities that the workflows call, as interfaces.
export type {
  FinishRequest,
  LaunchReply,
  LaunchRequest,
  SweepActivities,
  SweepStatus,
} from './sweep.activities.js';
export type { TrialActivities, TrialAdvance } from './trial.activities.js';
