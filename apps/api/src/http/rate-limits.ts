/**
 * Limits on requests, by bucket of the route. Reads and writes count per principal; agents and ingest per node, lease or run, because all
 * nodes of a pool may share a key. Counted in each server's memory: a limit of n is n per server, and no request waits for a
 * database to be counted.
 */
import { DomainError } from '@swath/contracts';
import type { Route } from '@swath/contracts';
import type { Logger } from '@swath/platform';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { ApiReply, ApiRequest } from './request.js';

/** Requests in a minute, by bucket; 0 for no limit. `signIn` counts failed authentications of one address. */
export interface Rates {
  readonly read: number;
  readonly write: number;
  readonly agent: number;
  readonly ingest: number;
  readonly signIn: number;
}

/** Limits without settings: far above what people, pages and agents do, and below what a loop without a pause does. */
export const defaultRates: Rates = { read: 6_000, write: 1_800, agent: 6_000, ingest: 30_000, signIn: 120 };

const WINDOW_SECONDS = 60;

type Bucket = keyof Rates;

/** Counts and refuses. */
export class RateLimits {
  private readonly limiters: ReadonlyMap<Bucket, RateLimiterMemory>;

  constructor(
    private readonly rates: Rates,
    private readonly log: Logger,
  ) {
    const buckets: readonly Bucket[] = ['read', 'write', 'agent', 'ingest', 'signIn'];
    this.limiters = new Map(
      buckets
        .filter((bucket) => rates[bucket] > 0)
        .map((bucket) => [
          bucket,
          new RateLimiterMemory({ points: rates[bucket], duration: WINDOW_SECONDS, keyPrefix: bucket }),
        ]),
    );
  }

  /** Counts a request of a known principal and says in the reply's headers what is left. @throws `rate/limited` */
  async count(route: Pick<Route, 'bucket'>, request: ApiRequest, reply: ApiReply): Promise<void> {
    const { bucket } = route;
    if (bucket === 'none') return;
    await this.consume(bucket, keyOf(bucket, request), reply);
  }

  /** Counts a failed authentication. @throws `rate/limited` when the address has failed too often */
  async countFailure(request: ApiRequest, reply: ApiReply): Promise<void> {
    await this.consume('signIn', request.ip, reply);
  }

  private async consume(bucket: Bucket, key: string, reply: ApiReply): Promise<void> {
    const limiter = this.limiters.get(bucket);
    if (limiter === undefined) return;
    const limit = this.rates[bucket];
    try {
      describe(reply, { bucket, limit }, await limiter.consume(key));
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      describe(reply, { bucket, limit }, refused);
      // Once in a window: who is limited by mistake should be found in the log, and who loops should not fill it.
      if (refused.consumedPoints === limit + 1) {
        this.log.warn({ bucket, key, limit }, 'requests are limited');
      }
      const seconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
      void reply.header('retry-after', String(seconds));
      const what = bucket === 'signIn' ? 'failed authentications' : `requests of the kind "${bucket}"`;
      throw new DomainError(
        'rate/limited',
        `more than ${limit} ${what} in ${WINDOW_SECONDS} s; go on in ${seconds} s`,
      );
    }
  }
}

function keyOf(bucket: Bucket, { principal, params }: ApiRequest): string {
  const id = principal?.id ?? '';
  if (bucket !== 'agent' && bucket !== 'ingest') return id;
  const values: readonly unknown[] =
    typeof params === 'object' && params !== null ? Object.values(params) : [];
  return `${id} ${typeof values[0] === 'string' ? values[0] : ''}`;
}

// The structured form of the IETF draft, and the two plain headers that wandb's client reads.
function describe(
  reply: ApiReply,
  { bucket, limit }: { readonly bucket: Bucket; readonly limit: number },
  state: RateLimiterRes,
): void {
  const left = Math.max(0, state.remainingPoints);
  const seconds = Math.max(0, Math.ceil(state.msBeforeNext / 1000));
  void reply
    .header('ratelimit-policy', `"${bucket}";q=${limit};w=${WINDOW_SECONDS}`)
    .header('ratelimit', `"${bucket}";r=${left};t=${seconds}`)
    .header('ratelimit-remaining', String(left))
    .header('ratelimit-reset', String(seconds));
}
