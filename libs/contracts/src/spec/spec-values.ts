/** Reads the values of a spec that may be written in several ways: durations, decimals, arguments, environment. */
import { specLimits } from './spec-limits.js';

const secondsPerUnit: Readonly<Record<string, number>> = { d: 86_400, h: 3_600, m: 60, s: 1 };

/** Seconds of `90`, `"90s"` or `"1h30m"`; `undefined` outside 1 second to ten years or when it is no duration. */
export function secondsOf(duration: number | string): number | undefined {
  const seconds = typeof duration === 'number' ? duration : secondsOfText(duration);
  return seconds >= 1 && seconds <= specLimits.seconds ? seconds : undefined;
}

function secondsOfText(text: string): number {
  let total = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)([dhms])/g)) {
    total += Number(amount) * (secondsPerUnit[unit] ?? 0);
  }
  return total;
}

/** Decimal string of an amount with at most 6 fraction digits; `undefined` when it has more or is not positive. */
export function decimalOf(amount: number | string): string | undefined {
  const text = typeof amount === 'number' ? decimalText(amount) : amount;
  const match = /^0*(\d{1,12}?)(?:\.(\d{1,6}?)0*)?$/.exec(text);
  if (match === null || Number(text) <= 0) return undefined;
  const fraction = match[2] ?? '';
  return fraction === '' || fraction === '0' ? (match[1] ?? '0') : `${match[1] ?? '0'}.${fraction}`;
}

/** `1e-7` would print with an exponent; a fixed form shows the digits that are too many. */
function decimalText(amount: number): string {
  const text = String(amount);
  return text.includes('e') ? amount.toFixed(20).replace(/\.?0+$/, '') : text;
}

/** An argument or environment value as Python prints it, since W&B passes them through `str`. */
export function argumentOf(value: string | number | boolean | null): string {
  if (typeof value === 'string') return value;
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return String(value);
}
