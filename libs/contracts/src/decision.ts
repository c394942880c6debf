/** What a pruner answered for one measurement; stored beside the measurement and shown to the person. */

/** `pause` gives the slot back until the pruner promotes the trial. */
export type DecisionAction = 'continue' | 'stop' | 'pause';

/** One decision. Values are in natural units, never negated. */
export interface Decision {
  readonly action: DecisionAction;
  /** The rule that decided, as named in the spec; `none` when no rule applied at this resource. */
  readonly rule: string;
  /** Bracket index, 0 for rules without brackets. */
  readonly bracket: number;
  /** Rung index from 0, or null when the resource is no rung. */
  readonly rung: number | null;
  /** Resource at which was judged. */
  readonly resource: number;
  readonly value: number;
  /** The value a trial had to reach, or null when nothing could be cut yet. */
  readonly cutoff: number | null;
  /** Rank of the value among those at the rung, 1 is best; null where rank has no meaning. */
  readonly rank: number | null;
  /** How many values were compared, this one included. */
  readonly n: number;
}
