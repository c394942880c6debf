// Values as people read them: money, numbers, durations, parameters. Used by every table and line of the command line.
import type { Money } from '@swath/contracts';

const CURRENCY_SIGNS: Readonly<Record<string, string>> = { USD: '$', EUR: '€', GBP: '£', JPY: '¥' };

/** `$41.20`; small amounts keep two significant digits (`$0.0049`), and `-` stands for none. */
export function formatMoney(money: Money | null): string {
  if (money === null) return '-';
  const sign = CURRENCY_SIGNS[money.currency];
  const amount = shortAmount(money.amount);
  return sign === undefined ? `${amount} ${money.currency}` : amount.replace(/^(-?)/, `$1${sign}`);
}

/** A decimal string with two fraction digits, or more when that would hide all of it; never rounded up to a larger amount. */
function shortAmount(amount: string): string {
  const [whole = '0', fraction = ''] = amount.split('.');
  const zeros = /^0*/.exec(fraction)?.[0].length ?? 0;
  const tiny = /^-?0$/.test(whole) && zeros >= 2 && zeros < fraction.length;
  return `${whole}.${fraction.slice(0, tiny ? zeros + 2 : 2).padEnd(2, '0')}`;
}

/** At most five significant digits, without trailing zeros; `-` stands for none. */
export function formatNumber(value: number | string | null): string {
  if (value === null) return '-';
  if (typeof value === 'string' || Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(5)));
}

/** `4 s`, `2 m 5 s`, `3 h 10 m`, `2 d 4 h`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const units = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'm'],
    [1, 's'],
  ] as const;
  const first = units.findIndex(([size]) => whole >= size);
  if (first === -1) return '0 s';
  let rest = whole;
  const parts = units.slice(first, first + 2).flatMap(([size, name]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? [] : [`${count} ${name}`];
  });
  return parts.join(' ');
}

/** `4 s ago` of an RFC 3339 time. */
export function formatAge(timestamp: string, nowMs: number): string {
  const [first = '0', unit = 's'] = formatDuration((nowMs - Date.parse(timestamp)) / 1000).split(' ');
  return `${first} ${unit} ago`;
}

/** `lr=0.001 batch=32`, nested names joined by dots. */
export function formatParameters(parameters: Readonly<Record<string, unknown>>): string {
  return flatParameters(parameters)
    .map(([name, value]) => `${name}=${formatValue(value)}`)
    .join(' ');
}

/** Names joined by dots, with their values. */
export function flatParameters(
  parameters: Readonly<Record<string, unknown>>,
  prefix = '',
): [name: string, value: unknown][] {
  return Object.entries(parameters).flatMap(([name, value]): [string, unknown][] =>
    isGroup(value) ? flatParameters(value, `${prefix}${name}.`) : [[`${prefix}${name}`, value]],
  );
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value on one line; numbers shortened. */
export function formatValue(value: unknown): string {
  if (typeof value === 'number') return formatNumber(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `2 trials`, `1 trial`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
