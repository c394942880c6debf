/** Search parameters of the pages: what the URL keeps. Unknown or broken values are ignored, defaults are left out. */
import { outcomeClasses } from '@swath/contracts/states';

type Raw = Readonly<Record<string, unknown>>;

/** A text parameter, at most `longest` characters, or `undefined`. */
function text(raw: Raw, name: string, longest = 2_000): string | undefined {
  const value = raw[name];
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value.slice(0, longest) : undefined;
}

/** A parameter that is one of `words`. */
function oneOf<const T extends readonly string[]>(raw: Raw, name: string, words: T): T[number] | undefined {
  return words.find((word) => word === raw[name]);
}

/** A default is left out, so that one view has one address. */
function unless<T extends string>(usual: T, value: T | undefined): T | undefined {
  return value === usual ? undefined : value;
}

/** Drops what is `undefined`, so that it does not show in the URL; links may set it to drop a parameter. */
function compact<T extends object>(values: T): { [K in keyof T]?: T[K] | undefined } {
  const kept: { [K in keyof T]?: T[K] | undefined } = {};
  return Object.assign(
    kept,
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)),
  );
}

/** Sign-in page. */
export function loginSearch(raw: Raw) {
  return compact({ next: text(raw, 'next') });
}

/** Sweep list. */
export function sweepListSearch(raw: Raw) {
  return compact({ q: text(raw, 'q'), state: text(raw, 'state') });
}

/** Parts of the sweep page. */
export const sweepTabs = [
  'overview',
  'trials',
  'analysis',
  'timeline',
  'decisions',
  'cost',
  'spec',
  'log',
] as const;

/** What the best-so-far curve may be drawn against. */
export const progressAxes = ['trials', 'time', 'cost'] as const;

/** Sweep page. */
export function sweepSearch(raw: Raw) {
  return compact({
    tab: unless('overview', oneOf(raw, 'tab', sweepTabs)),
    x: oneOf(raw, 'x', progressAxes),
    sort: text(raw, 'sort', 200),
    state: text(raw, 'state', 200),
    brush: text(raw, 'brush'),
    sel: text(raw, 'sel'),
  });
}

/** Parts of the trial page. */
export const trialTabs = ['metrics', 'logs', 'attempts', 'command'] as const;

/** Trial page. */
export function trialSearch(raw: Raw) {
  return compact({
    tab: unless('metrics', oneOf(raw, 'tab', trialTabs)),
    q: text(raw, 'q', 200),
    line: text(raw, 'line', 20),
    log: oneOf(raw, 'log', ['y']),
  });
}

/** Compare page. */
export function compareSearch(raw: Raw) {
  return compact({ trials: text(raw, 'trials'), all: oneOf(raw, 'all', ['1']) });
}

/** Submit page. */
export function submitSearch(raw: Raw) {
  return compact({ from: text(raw, 'from', 40) });
}

/** What the costs of the cost page may be summed by. */
export const costGroups = ['sweep', 'class', 'pool', 'principal', 'project'] as const;

/** One of `costGroups`. */
export type CostGroup = (typeof costGroups)[number];

/** Cost pages: the days that are counted, and one sweep, pool or outcome. */
export function costSearch(raw: Raw) {
  return compact({
    from: text(raw, 'from', 10),
    to: text(raw, 'to', 10),
    sweep: text(raw, 'sweep', 128),
    pool: text(raw, 'pool', 128),
    outcome: oneOf(raw, 'outcome', outcomeClasses),
    by: unless('sweep', oneOf(raw, 'by', costGroups)),
  });
}
