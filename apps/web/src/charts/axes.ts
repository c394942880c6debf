/** Axes of parallel coordinates: numbers on a linear or logarithmic scale, words as points. Pure but for d3's scales. */
import { scaleLinear, scaleLog, scalePoint } from 'd3-scale';

/** A value on an axis. */
export type AxisValue = string | number | boolean | null | undefined;

/** One axis. */
export interface Axis {
  readonly name: string;
  /** Pixels from the top for a value, or `undefined` for one that is not on the axis. */
  readonly place: (value: AxisValue) => number | undefined;
  readonly ticks: readonly { readonly y: number; readonly label: string }[];
  readonly isLog: boolean;
}

/** Spread of values from which a logarithmic axis shows more. */
const LOG_RATIO = 50;
const MOST_WORDS = 12;

/** The axis for values, between `top` and `bottom` pixels. */
export function axisOf(
  name: string,
  values: readonly AxisValue[],
  [top, bottom]: readonly [number, number],
  format: (value: number) => string,
): Axis {
  const numbers = values.filter((value) => typeof value === 'number' && Number.isFinite(value)).map(Number);
  const words = values.filter((value) => typeof value === 'string' || typeof value === 'boolean').map(String);
  if (numbers.length < words.length) return wordAxis(name, words, [top, bottom]);
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  const isLog = least > 0 && most / least >= LOG_RATIO;
  const scale = isLog ? scaleLog() : scaleLinear();
  const isFlat = least === most;
  scale.domain(isFlat ? [least - 1, most + 1] : [least, most]).range([bottom, top]);
  const ticks = isFlat ? [least] : isLog ? decades(least, most) : scale.ticks(5);
  return {
    name,
    isLog,
    place: (value) => (typeof value === 'number' && Number.isFinite(value) ? scale(value) : undefined),
    ticks: ticks.map((tick) => ({ y: scale(tick), label: format(tick) })),
  };
}

function decades(least: number, most: number): number[] {
  const ticks = [least, most];
  for (let power = Math.ceil(Math.log10(least)); power <= Math.floor(Math.log10(most)); power += 1)
    ticks.push(10 ** power);
  const sorted = ticks.sort((a, b) => a - b);
  return sorted.filter(
    (tick, index) => index === 0 || index === sorted.length - 1 || isApart(tick, [least, most]),
  );
}

// Ends are labelled in any case; a decade next to an end would be written over it.
function isApart(tick: number, [least, most]: readonly [number, number]): boolean {
  return tick / least > 1.8 && most / tick > 1.8;
}

function wordAxis(name: string, words: readonly string[], range: readonly [number, number]): Axis {
  const domain = [...new Set(words)].sort();
  const scale = scalePoint().domain(domain).range([range[1], range[0]]).padding(0.5);
  return {
    name,
    isLog: false,
    place: (value) => (value === null || value === undefined ? undefined : scale(String(value))),
    ticks: domain.slice(0, MOST_WORDS).map((word) => ({ y: scale(word) ?? 0, label: word.slice(0, 18) })),
  };
}
