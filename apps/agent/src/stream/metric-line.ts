/**
 * One line of `$SWATH_METRICS`: a JSON object whose `step` (or `_step`) is the step and whose other keys are values.
 * The metric stream calls it for each line; what it cannot read is counted and shown, never fatal for the run.
 */
import type { Json, MetricRow } from '@swath/contracts';

/** Longest line in bytes. */
export const MAX_METRIC_LINE_BYTES = 65_536;
const MAX_KEYS = 1000;
const MAX_KEY_LENGTH = 255;

/** A row, or why the line is none. */
export type ParsedMetricLine = { readonly row: MetricRow } | { readonly problem: string };

/** Reads one line. NaN and infinities may be bare, as Python's json module writes them, or strings. */
export function parseMetricLine(line: string): ParsedMetricLine {
  const parsed = parseLenient(line);
  if (parsed === undefined) return { problem: 'not a JSON object' };
  const entries = Object.entries(parsed);
  if (entries.length > MAX_KEYS) return { problem: `more than ${MAX_KEYS} values in one line` };
  const stepEntry = entries.find(([key]) => key === 'step') ?? entries.find(([key]) => key === '_step');
  const step = stepEntry?.[1];
  if (step !== undefined && (typeof step !== 'number' || !Number.isSafeInteger(step) || step < 0)) {
    return { problem: `step ${JSON.stringify(step)} is not a whole number from 0` };
  }
  const values = entries.filter(([key]) => key !== 'step' && key !== '_step');
  const tooLong = values.find(([key]) => key === '' || key.length > MAX_KEY_LENGTH);
  if (tooLong !== undefined) return { problem: `a metric name must have 1 to ${MAX_KEY_LENGTH} characters` };
  if (values.length === 0) return { problem: 'no values' };
  return { row: { ...(step === undefined ? {} : { step }), values: Object.fromEntries(values) } };
}

function parseLenient(line: string): Record<string, Json> | undefined {
  return asObject(tryParse(line)) ?? asObject(tryParse(quoteNonFinite(line)));
}

/** Bare NaN, Infinity and -Infinity outside of strings become the strings the wire has for them. */
function quoteNonFinite(line: string): string {
  return line.replace(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Record<string, Json> | undefined {
  return isObject(value) ? value : undefined;
}

function isObject(value: unknown): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
