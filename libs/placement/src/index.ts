export {
  place,
  RESERVE_AFTER_MS,
  type Placed,
  type Placement,
  type PlacementInput,
  type QueuedAttempt,
  type Share,
  type SweepWindow,
  type WaitReason,
} from './place.js';
