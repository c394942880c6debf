/**
 * What a plain YAML scalar means. W&B reads sweep files with PyYAML, which follows YAML 1.1 with its own patterns:
 * `yes` is true, `0x1F` and `017` are integers, `1e-3` (no dot) is text. The same file must mean the same here.
 *
 * @source PyYAML 6.0, `yaml/resolver.py` and `yaml/constructor.py`
 */

/** Value of a scalar and whether a number was written as a float (`1.0` is one, `1` is not). */
export interface ScalarValue {
  readonly value: null | boolean | number | string;
  readonly float: boolean;
}

const nulls = new Set(['', '~', 'null', 'Null', 'NULL']);
const truths = new Set(['yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']);
const falsehoods = new Set(['no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']);

const floatPattern =
  /^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*)$/;
const infinityPattern = /^[-+]?\.(?:inf|Inf|INF)$/;
const nanPattern = /^\.(?:nan|NaN|NAN)$/;
const integerPattern =
  /^[-+]?(?:0b[0-1_]+|0[0-7_]+|(?:0|[1-9][0-9_]*)|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;

/** Meaning of a plain scalar as PyYAML resolves it. */
export function resolvePlainYaml(source: string): ScalarValue {
  if (nulls.has(source)) return { value: null, float: false };
  if (truths.has(source)) return { value: true, float: false };
  if (falsehoods.has(source)) return { value: false, float: false };
  if (integerPattern.test(source)) return { value: integerOf(source.replaceAll('_', '')), float: false };
  if (floatPattern.test(source)) return { value: floatOf(source.replaceAll('_', '')), float: true };
  if (infinityPattern.test(source))
    return { value: source.startsWith('-') ? -Infinity : Infinity, float: true };
  if (nanPattern.test(source)) return { value: NaN, float: true };
  return { value: source, float: false };
}

/** Meaning of a bare word of a JSON document. */
export function resolvePlainJson(source: string): ScalarValue {
  if (source === 'null') return { value: null, float: false };
  if (source === 'true' || source === 'false') return { value: source === 'true', float: false };
  return { value: Number(source), float: /[.eE]/.test(source) };
}

/** Whether text spells a number with an exponent, the form that PyYAML keeps as text. */
export function isExponentText(text: string): boolean {
  return /^[-+]?(?:\d+\.?\d*|\.\d+)[eE][-+]?\d+$/.test(text);
}

function integerOf(source: string): number {
  const sign = source.startsWith('-') ? -1 : 1;
  const digits = source.replace(/^[-+]/, '');
  if (digits.includes(':')) return sign * sexagesimal(digits);
  if (/^0[0-7]+$/.test(digits)) return sign * Number.parseInt(digits, 8);
  return sign * Number(digits);
}

function floatOf(source: string): number {
  if (!source.includes(':')) return Number(source);
  return (source.startsWith('-') ? -1 : 1) * sexagesimal(source.replace(/^[-+]/, ''));
}

function sexagesimal(digits: string): number {
  return digits.split(':').reduce((total, part) => total * 60 + Number(part), 0);
}
