/** The fields that the filters of the lists know; the API maps each to a column. */
import { sweepStates } from '../sweep-state.js';
import { trialStates } from '../trial-state.js';
import type { FilterFields } from './filter.js';

/** Fields of `GET /sweeps?q=`. `owner:me` is the caller. */
export const sweepFilterFields = {
  id: { kind: 'word' },
  name: { kind: 'text' },
  state: { kind: 'word', words: sweepStates },
  owner: { kind: 'word' },
  method: { kind: 'word' },
  pool: { kind: 'word' },
  trials: { kind: 'number' },
  best: { kind: 'number' },
  cost: { kind: 'number' },
  created: { kind: 'time' },
  ended: { kind: 'time' },
} as const satisfies FilterFields;

/** Fields of `GET /sweeps/{sweepId}/trials?q=`. */
export const trialFilterFields = {
  number: { kind: 'number' },
  state: { kind: 'word', words: trialStates },
  best: { kind: 'number' },
  resource: { kind: 'number' },
  bracket: { kind: 'number' },
  attempts: { kind: 'number' },
  cost: { kind: 'number' },
  created: { kind: 'time' },
  started: { kind: 'time' },
  ended: { kind: 'time' },
  params: { kind: 'open' },
} as const satisfies FilterFields;
