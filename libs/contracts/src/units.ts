/** Money and GPU time as integers. On the wire an amount is a decimal string, so no reader can lose digits. */

/** One currency unit in micro-units. */
export const MICROS_PER_UNIT = 1_000_000n;

/** One GPU hour in milli-GPU milliseconds, the unit of the `gpu_time` ledger. */
export const MILLI_GPU_MS_PER_HOUR = 3_600_000_000n;

/** An amount of money on the wire: exactly six fraction digits. */
export interface Money {
  readonly amount: string;
  readonly currency: string;
}

/** Decimal string with exactly six fraction digits of an amount in micro-units. */
export function formatMicros(micros: bigint): string {
  const sign = micros < 0n ? '-' : '';
  const magnitude = micros < 0n ? -micros : micros;
  const fraction = (magnitude % MICROS_PER_UNIT).toString().padStart(6, '0');
  return `${sign}${magnitude / MICROS_PER_UNIT}.${fraction}`;
}

/** Micro-units of a decimal string with at most six fraction digits and twelve integer digits; `undefined` if it is not one. */
export function parseMicros(text: string): bigint | undefined {
  const match = /^(-?)(\d{1,12})(?:\.(\d{1,6}))?$/.exec(text);
  if (match === null) return undefined;
  const magnitude = BigInt(match[2] ?? '0') * MICROS_PER_UNIT + BigInt((match[3] ?? '').padEnd(6, '0'));
  return match[1] === '-' ? -magnitude : magnitude;
}

/** Wire form of micro-units. */
export function toMoney(micros: bigint, currency: string): Money {
  return { amount: formatMicros(micros), currency };
}
