/**
 * Every change to workflow code that running workflows may meet, as a patch id: since when, why, and when it may go.
 * Use with `patched(id)`; README.md says how. An id is never used twice.
 */

/** One patch. */
export interface Patch {
  readonly id: string;
  /** ISO date of the release that brought it. */
  readonly since: string;
  readonly why: string;
  /** What has to be true before the old branch is deleted. */
  readonly until: string;
}

/** None yet: the recorded histories are of the first release. */
export const patches: readonly Patch[] = [];
