/** Tells the server of a start from a lease ahead that no end of another attempt tells of. */
import type { LeaseGrant, StartLease, StartReply } from '@swath/contracts';
import { GatewayError } from '../gateway/http-json.js';
import { untilAnswered } from '../gateway/retry.js';
import type { AttemptContext } from './attempt-context.js';
import type { Attempt } from './attempt.js';

/** Longest time that the protocol can say, milliseconds. */
const LONGEST_MS = 2_000_000_000;

/** The report of a start that is `elapsedMs` ago. */
export function startOf({ attempt, slots }: LeaseGrant, elapsedMs: number): StartLease {
  return { attempt, slots: [...slots], agoMs: Math.max(0, Math.min(LONGEST_MS, Math.round(elapsedMs))) };
}

/**
 * Reports the start of an attempt until the server has answered, and confirms it; `live` also when the agent has to leave before: the
 * next one on this folder reports it.
 */
export async function reportStart(
  attempt: Pick<Attempt, 'grant' | 'elapsedMs'> & { confirm?: Attempt['confirm'] },
  { gateway, signal, log }: Pick<AttemptContext, 'gateway' | 'signal' | 'log'>,
): Promise<StartReply['state']> {
  const { grant } = attempt;
  try {
    const { state } = await untilAnswered(
      () => gateway.start(grant.leaseId, startOf(grant, attempt.elapsedMs()), signal),
      { signal, maxDelayMs: 5000 },
    );
    attempt.confirm?.(state);
    return state;
  } catch (error) {
    if (error instanceof GatewayError) {
      log.warn({ leaseId: grant.leaseId, reason: error.message }, 'the start of an attempt was refused');
      attempt.confirm?.('fenced');
      return 'fenced';
    }
    if (!signal.aborted) throw error;
    attempt.confirm?.('live');
    return 'live';
  }
}
