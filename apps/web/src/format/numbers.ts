/** Numbers as people read them. Full values stay in titles; four significant digits are shown. */
import type { Money } from '@swath/contracts';

const plain = new Intl.NumberFormat('en', { maximumSignificantDigits: 4, useGrouping: true });
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** A logged value: four significant digits, exponents outside 1e-4 to 1e7, NaN and infinities by name. */
export function formatValue(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value !== 'number') return typeof value === 'string' ? value : JSON.stringify(value);
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-4 || size >= 1e7)) return value.toExponential(2);
  return plain.format(value);
}

/** A count with separators. */
export function formatCount(value: number): string {
  return whole.format(value);
}

/** Money with its currency and two decimals; something small is `<$0.01`, never `$0.00`. */
export function formatMoney(money: Money | null | undefined): string {
  if (money === null || money === undefined) return '–';
  const amount = Number(money.amount);
  const format = new Intl.NumberFormat('en', { style: 'currency', currency: money.currency });
  if (amount > 0 && amount < 0.01) return `<${format.format(0.01)}`;
  return format.format(amount);
}

/** A share of one as a percentage. */
export function formatShare(share: number): string {
  return `${share > 0 && share < 0.01 ? '<1' : String(Math.round(share * 100))} %`;
}

/** The whole of a value, for titles. */
export function fullValue(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
