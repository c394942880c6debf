/** History and system metrics of a run in the forms that clients ask for: pages by step, samples, keys, tails. */
import { readHistory, readHistoryNames, readTail, thinOut } from '@swath/lifecycle';
import type { ClientRun } from '@swath/lifecycle';
import { isExtendedObject, parseExtendedJson, stepOf, toPlainJson, writeExactRow } from '@swath/persistence';
import type { ExactRow, ExtendedJson } from '@swath/persistence';
import { isFields, isStrings } from './fields.js';
import type { WireContext } from './wire-context.js';
import { WireError } from './wire-error.js';

const MAX_SAMPLES = 100_000;

/** Fields of a run that read its streams. */
export function historyFields(run: ClientRun): object {
  const runId = run.id;
  return {
    history: async (
      { minStep, maxStep, samples }: { minStep?: unknown; maxStep?: unknown; samples?: number | null },
      { db }: WireContext,
    ): Promise<string[]> => {
      const rows = await readHistory(db, { runId, kind: 'history', range: rangeOf(minStep, maxStep) });
      return thinOut(rows, Math.min(MAX_SAMPLES, samples ?? Infinity)).map(writeExactRow);
    },
    events: async ({ samples }: { samples?: number | null }, { db }: WireContext): Promise<string[]> => {
      const rows = await readHistory(db, { runId, kind: 'events' });
      return thinOut(rows, Math.min(MAX_SAMPLES, samples ?? 500)).map(writeExactRow);
    },
    sampledHistory: ({ specs }: { specs: readonly string[] }, context: WireContext) =>
      Promise.all(specs.map((spec) => sampled(runId, spec, context))),
    historyKeys: async (_args: unknown, { db }: WireContext): Promise<object | null> => {
      const names = await readHistoryNames(db, runId);
      if (names.length === 0) return null;
      const typeCounts = [{ type: 'number', count: run.historyLines }];
      const keys = Object.fromEntries(
        names.map((name) => [name, { typeCounts, monotonic: name === '_step', previousValue: null }]),
      );
      return { lastStep: await lastStepOf(run, db), keys, sets: [] };
    },
    historyTail: async (_args: unknown, { db }: WireContext) =>
      tailText(await readTail(db, runId, 'history')),
    eventsTail: async (_args: unknown, { db }: WireContext) => tailText(await readTail(db, runId, 'events')),
    systemMetrics: async (_args: unknown, { db }: WireContext) => {
      const tail = await readTail(db, runId, 'events');
      return tail === undefined ? '{}' : writeExactRow(tail);
    },
    parquetHistory: { parquetUrls: [], liveData: [] },
  };
}

async function lastStepOf(run: ClientRun, db: WireContext['db']): Promise<number> {
  if (run.lastStep !== null) return run.lastStep;
  const tail = await readTail(db, run.id, 'history');
  return tail === undefined ? -1 : (stepOf(tail) ?? -1);
}

function tailText(row: ExactRow | undefined): string {
  return row === undefined ? '[]' : JSON.stringify([writeExactRow(row)]);
}

/** The steps from `min` to before `max`. */
function rangeOf(min: unknown, max: unknown): { from?: number; to?: number } {
  const from = integerOf(min);
  const to = integerOf(max);
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function integerOf(value: unknown): number | undefined {
  const number = typeof value === 'string' || typeof value === 'number' ? Math.trunc(Number(value)) : NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}

interface Spec {
  readonly keys: readonly string[];
  readonly from?: number;
  readonly to?: number;
  readonly samples: number;
}

function specOf(text: string): Spec {
  let spec: unknown;
  try {
    spec = JSON.parse(text);
  } catch {
    throw new WireError(400, 'specs: not JSON');
  }
  if (!isFields(spec)) return { keys: [], samples: 0 };
  const keys = isStrings(spec['keys']) ? spec['keys'] : typeof spec['key'] === 'string' ? [spec['key']] : [];
  const samples = Math.min(MAX_SAMPLES, integerOf(spec['samples']) ?? 500);
  const range = rangeOf(spec['minStep'], spec['maxStep']);
  // Old clients send an exclusive bound, and then the window is as wide as the number of samples; newer ones send the last step.
  const inclusive = range.to !== undefined && samples !== range.to - (range.from ?? 0);
  return {
    keys: [...new Set(keys)],
    samples,
    ...range,
    ...(inclusive && range.to !== undefined ? { to: range.to + 1 } : {}),
  };
}

/** Rows that hold every key of a spec. */
async function sampled(runId: string, text: string, { db }: WireContext): Promise<unknown[]> {
  const spec = specOf(text);
  if (spec.keys.length === 0) return [];
  const rows = await readHistory(db, { runId, kind: 'history', range: spec });
  const found = rows.flatMap((row): Record<string, ExtendedJson>[] => {
    const values: Record<string, ExtendedJson> = {};
    for (const key of spec.keys) {
      const value = valueAt(row, key);
      if (value === undefined) return [];
      values[key] = value;
    }
    return [values];
  });
  const shown = spec.keys.find((key) => !key.startsWith('_')) ?? '_step';
  const chosen = thinOut(found, spec.samples, (values) => Number(values[shown]));
  return chosen.map((values) => toPlainJson(values));
}

/** A value by key: the key as it is, else a path with dots. */
function valueAt(row: ExactRow, key: string): ExtendedJson | undefined {
  const exact = row.get(key);
  if (exact !== undefined) return parseExtendedJson(exact);
  for (let dot = key.lastIndexOf('.'); dot > 0; dot = key.lastIndexOf('.', dot - 1)) {
    const outer = row.get(key.slice(0, dot));
    if (outer === undefined) continue;
    let value: ExtendedJson | undefined = parseExtendedJson(outer);
    for (const part of key.slice(dot + 1).split('.')) {
      if (!isExtendedObject(value)) return undefined;
      value = value[part];
    }
    return value;
  }
  return undefined;
}
