/** What use costs. Exact integers; the only rounding is up, once per evaluation from the start of the price segment. */
import { DomainError } from '@swath/contracts/states';

/** Use of a lease since the start of its price segment. */
export interface Use {
  /** Micro-units per whole GPU and hour, 0 to 10^12. */
  readonly rateMicrosPerHour: bigint;
  /** GPUs in thousandths, 1 to 10^9. */
  readonly milliGpu: bigint;
  /** Milliseconds, 0 to 10^12. */
  readonly ms: bigint;
}

const MAX_RATE = 1_000_000_000_000n;
const MAX_MILLI_GPU = 1_000_000_000n;
const MAX_MS = 1_000_000_000_000n;
const MAX_BIGINT = 9_223_372_036_854_775_807n;
const MILLI_GPU_MS_PER_GPU_HOUR = 3_600_000_000n;

function check(name: string, value: bigint, bound: bigint): void {
  if (value < 0n || value > bound) {
    throw new DomainError('ledger/range', `${name} is ${value}; it must be between 0 and ${bound}`);
  }
}

/**
 * Cost in micro-units of the use since the start of its segment: `ceil(rate * milliGpu * ms / 3_600_000_000)`.
 * Settlements post differences of this function, so rounding per attempt and segment stays below one micro-unit
 * however often it is settled.
 *
 * @throws `ledger/range` if an argument is out of range or the result exceeds a signed 64-bit integer
 */
export function costOf(use: Use): bigint {
  check('rateMicrosPerHour', use.rateMicrosPerHour, MAX_RATE);
  check('milliGpu', use.milliGpu, MAX_MILLI_GPU);
  check('ms', use.ms, MAX_MS);
  const product = use.rateMicrosPerHour * use.milliGpu * use.ms;
  const cost = (product + MILLI_GPU_MS_PER_GPU_HOUR - 1n) / MILLI_GPU_MS_PER_GPU_HOUR;
  if (cost > MAX_BIGINT)
    throw new DomainError('ledger/range', `a cost of ${cost} micro-units exceeds 64 bits`);
  return cost;
}

/** GPU time in milli-GPU milliseconds. @throws `ledger/range` as `costOf` */
export function gpuTimeOf(use: Pick<Use, 'milliGpu' | 'ms'>): bigint {
  check('milliGpu', use.milliGpu, MAX_MILLI_GPU);
  check('ms', use.ms, MAX_MS);
  return use.milliGpu * use.ms;
}

/** Amount of a budget's unit that a use takes: money at its rate, or GPU time. */
export function amountOf(unit: string, use: Use): bigint {
  return unit === 'gpu_time' ? gpuTimeOf(use) : costOf(use);
}
