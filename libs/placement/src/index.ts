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
export { forecastStarts, type ForecastInput, type ForecastQueued, type ForecastRunning } from './forecast.js';
export { placeAhead, type AheadInput, type PlacedAhead } from './place-ahead.js';
