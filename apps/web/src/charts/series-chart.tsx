/**
 * Any x-y picture: lines, steps and points on canvas by uPlot. Props in, picture out; it knows no API. The canvas itself says
 * nothing to a screen reader, so the caller gives a summary sentence, and the numbers can be opened as a table.
 */
import { useEffect, useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatValue } from '../format/numbers.js';
import { readColours } from './colours.js';
import { useDark } from '../app/theme.js';
import './series-chart.css';

/** One series; `values` has one entry for each x, null where it has no point. */
export interface Series {
  readonly label: string;
  readonly values: readonly (number | null)[];
  readonly shape: 'line' | 'step' | 'points';
  /** CSS colour or the name of a token such as `--accent`. */
  readonly colour: string;
  readonly hollow?: boolean;
}

/** What to draw. */
export interface SeriesChartProps {
  readonly x: readonly number[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
  /** One sentence that says what the picture shows. */
  readonly summary: string;
  readonly logY?: boolean;
  readonly height?: number;
  readonly formatX?: (x: number) => string;
  /** Called with the index into `x` of a point that was clicked. */
  readonly onPick?: (index: number) => void;
}

/** The chart. */
export function SeriesChart(props: SeriesChartProps) {
  const { summary, height = 260 } = props;
  const [isTable, setTable] = useState(false);
  return (
    <figure className="chart">
      {isTable ? <ValueTable {...props} /> : <Picture {...props} height={height} />}
      <figcaption>
        <span className="muted">{summary}</span>
        <button
          type="button"
          className="button small"
          aria-pressed={isTable}
          onClick={() => setTable(!isTable)}
        >
          {isTable ? 'Show as picture' : 'Show as table'}
        </button>
      </figcaption>
    </figure>
  );
}

function Picture(props: SeriesChartProps & { readonly height: number }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const isDark = useDark();
  const { x, series, logY = false, height, onPick } = props;
  const data = useMemo(() => toData(x, series), [x, series]);
  const shape = series.map(({ label, shape: kind, colour }) => `${label}/${kind}/${colour}`).join('|');
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const made = new uPlot(
      options(latest.current, element, height),
      toData(latest.current.x, latest.current.series),
      element,
    );
    plot.current = made;
    const resize = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [shape, isDark, logY, height]);
  useEffect(() => plot.current?.setData(data, !isZoomed(plot.current)), [data]);
  const pick = () => {
    const index = plot.current?.cursor.idx;
    if (typeof index === 'number') onPick?.(index);
  };
  return (
    <div
      ref={box}
      className={onPick === undefined ? 'chart-box' : 'chart-box pickable'}
      role="img"
      aria-label={props.summary}
      onClick={pick}
    />
  );
}

// A reader who zoomed in keeps the view when new data comes.
function isZoomed(plot: uPlot): boolean {
  const [first, last] = [plot.data[0][0], plot.data[0].at(-1)];
  const { min, max } = plot.scales['x'] ?? {};
  return min !== undefined && max !== undefined && first !== undefined && last !== undefined
    ? (min ?? 0) > first || (max ?? 0) < last
    : false;
}

function toData(x: readonly number[], series: readonly Series[]): uPlot.AlignedData {
  return [[...x], ...series.map(({ values }) => [...values])];
}

function options(props: SeriesChartProps, element: HTMLElement, height: number): uPlot.Options {
  const colours = readColours(element);
  const axis = {
    stroke: colours.of('--muted'),
    grid: { stroke: colours.of('--line'), width: 1 },
    ticks: { stroke: colours.of('--line') },
  };
  const formatX = props.formatX ?? formatValue;
  return {
    width: element.clientWidth,
    height,
    scales: { x: { time: false }, y: { distr: props.logY === true ? 3 : 1 } },
    axes: [
      {
        ...axis,
        label: props.xLabel,
        labelSize: 22,
        size: 34,
        space: 76,
        values: (_plot, ticks) => ticks.map(formatX),
      },
      {
        ...axis,
        label: props.yLabel,
        labelSize: 22,
        size: 64,
        values: (_plot, ticks) =>
          ticks.map((tick: number | null) => (tick === null ? '' : formatValue(tick))),
      },
    ],
    cursor: { drag: { x: true, y: false }, focus: { prox: 24 } },
    legend: { live: true },
    series: [
      {
        label: props.xLabel,
        value: (_plot, value: number | null) => (value === null ? '–' : formatX(value)),
      },
      ...props.series.map((one) => seriesOptions(one, colours.of(one.colour))),
    ],
  };
}

function seriesOptions({ label, shape, hollow }: Series, stroke: string): uPlot.Series {
  const value = (_plot: uPlot, number: number | null) => (number === null ? '–' : formatValue(number));
  const common = { label, stroke, value, spanGaps: shape !== 'points' };
  switch (shape) {
    case 'line':
      return { ...common, width: 1.5, points: { show: false } };
    case 'step': {
      const paths = uPlot.paths.stepped?.({ align: 1 });
      return { ...common, width: 2, points: { show: false }, ...(paths === undefined ? {} : { paths }) };
    }
    case 'points':
      return {
        ...common,
        paths: () => null,
        points: { show: true, size: 7, stroke, fill: hollow === true ? 'transparent' : stroke },
      };
  }
}

const MOST_ROWS = 500;

function ValueTable({ x, xLabel, series, formatX = formatValue }: SeriesChartProps) {
  return (
    <div className="table-frame chart-table" tabIndex={0} role="region" aria-label="Values of the chart">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{xLabel}</th>
            {series.map(({ label }) => (
              <th key={label} scope="col" className="number">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {x.slice(-MOST_ROWS).map((at, index) => {
            const row = index + Math.max(0, x.length - MOST_ROWS);
            return (
              <tr key={row}>
                <th scope="row">{formatX(at)}</th>
                {series.map(({ label, values }) => (
                  <td key={label} className="number">
                    {formatValue(values[row] ?? null)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
