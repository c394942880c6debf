/**
 * Identifiers. A sweep's key is random; everything below it is derived from the key and a number, so a repeated write
 * names the same row and an id tells where it belongs.
 */

/** Eight characters of a-z and 0-9. */
const key = '[a-z0-9]{8}';

/** Regular expressions of each id, anchored. */
export const idPatterns = {
  sweep: new RegExp(`^sw_${key}$`),
  trial: new RegExp(`^tr_${key}-\\d{1,9}$`),
  attempt: new RegExp(`^at_${key}-\\d{1,9}-\\d{1,6}$`),
  lease: new RegExp(`^ls_${key}-\\d{1,9}-\\d{1,6}(-\\d{1,6})?$`),
} as const;

/** `sw_<key>`. */
export function sweepIdOf(sweepKey: string): string {
  return `sw_${sweepKey}`;
}

/** `tr_<key>-<number>`: trial `number` (from 1) of a sweep. */
export function trialIdOf(sweepId: string, number: number): string {
  return `tr_${sweepId.slice(3)}-${number}`;
}

/** `<key>-<number>`: the run of a trial, in the form the wandb client accepts as a run id. */
export function runIdOf(trialId: string): string {
  return trialId.slice(3);
}

/** `at_<key>-<trial>-<attempt>`: attempt `number` (from 1) of a trial. */
export function attemptIdOf(trialId: string, number: number): string {
  return `at_${trialId.slice(3)}-${number}`;
}

/**
 * `ls_<key>-<trial>-<attempt>`: the lease of an attempt. An attempt whose lease was given back unused gets another with the
 * number of the grant behind it, so that no two leases share an id or a ledger key.
 *
 * @param grant  from 1
 */
export function leaseIdOf(attemptId: string, grant = 1): string {
  return grant === 1 ? `ls_${attemptId.slice(3)}` : `ls_${attemptId.slice(3)}-${grant}`;
}

/** The trial an attempt belongs to. */
export function trialIdOfAttempt(attemptId: string): string {
  return `tr_${attemptId.slice(3, attemptId.lastIndexOf('-'))}`;
}

/** The sweep a trial belongs to. */
export function sweepIdOfTrial(trialId: string): string {
  return `sw_${trialId.slice(3, trialId.lastIndexOf('-'))}`;
}

/** The Temporal workflow id of a sweep. */
export function sweepWorkflowId(sweepId: string): string {
  return `sweep/${sweepId}`;
}

/** The Temporal workflow id of a trial. */
export function trialWorkflowId(trialId: string): string {
  return `trial/${trialId}`;
}
