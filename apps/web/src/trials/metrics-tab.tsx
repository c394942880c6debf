/** Curves of everything the run logged, one picture each; only pictures in view exist. */
import { useMemo } from 'react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { MetricsPage, TrialView } from '@swath/contracts';
import { useMetrics } from '../api/use-trial-parts.js';
import { Empty, Loaded, Panel } from '../app/views.js';
import { InView } from '../charts/in-view.js';
import { SeriesChart } from '../charts/series-chart.js';
import { formatCount, formatValue } from '../format/numbers.js';

const from = '/signed-in/$team/$project/sweeps/$sweepId/trials/$number';

/** The tab. */
export function MetricsTab({ trial }: { readonly trial: TrialView }) {
  const metrics = useMetrics(trial.id, trial.runId);
  return <Loaded query={metrics}>{(page) => <Curves page={page} />}</Loaded>;
}

function Curves({ page }: { readonly page: MetricsPage }) {
  const { log } = useSearch({ from });
  const navigate = useNavigate({ from: '/$team/$project/sweeps/$sweepId/trials/$number' });
  const names = useMemo(() => page.keys.filter((key) => !key.startsWith('_')), [page.keys]);
  if (page.rows.length === 0) {
    return (
      <Empty title="Nothing was logged yet">
        <p>
          Write lines such as <code>{'{"step": 1, "loss": 0.5}'}</code> to the file named by{' '}
          <code>SWATH_METRICS</code>.
        </p>
      </Empty>
    );
  }
  const toggle = () =>
    void navigate({
      to: '.',
      search: (old) => ({ ...old, log: log === 'y' ? undefined : 'y' }),
      replace: true,
    });
  return (
    <>
      <div className="page-head">
        <span className="muted">{formatCount(page.rows.length)} rows</span>
        <button type="button" className="button small" aria-pressed={log === 'y'} onClick={toggle}>
          log scale
        </button>
      </div>
      <div className="panels">
        {names.map((name) => (
          <Panel key={name} title={name}>
            <InView height={290}>
              <Curve rows={page.rows} name={name} isLog={log === 'y'} />
            </InView>
          </Panel>
        ))}
      </div>
    </>
  );
}

function Curve({
  rows,
  name,
  isLog,
}: {
  readonly rows: MetricsPage['rows'];
  readonly name: string;
  readonly isLog: boolean;
}) {
  const { x, y, odd } = useMemo(() => pointsOf(rows, name), [rows, name]);
  const series = useMemo(
    () => [{ label: name, shape: 'line' as const, colour: '--accent', values: y }],
    [name, y],
  );
  if (x.length === 0) return <p className="muted">No finite number was logged.</p>;
  return (
    <SeriesChart
      x={x}
      series={series}
      xLabel="step"
      yLabel={name}
      logY={isLog && y.every((value) => value > 0)}
      height={230}
      summary={`Last ${formatValue(y.at(-1))}, least ${formatValue(y.reduce(least))}, most ${formatValue(y.reduce(most))}${odd === 0 ? '' : `; ${odd} values are NaN or infinite`}.`}
    />
  );
}

function least(a: number, b: number): number {
  return Math.min(a, b);
}

function most(a: number, b: number): number {
  return Math.max(a, b);
}

/** Finite values by step; a step that a later attempt repeats counts once, as the later one logged it. */
function pointsOf(rows: MetricsPage['rows'], name: string): { x: number[]; y: number[]; odd: number } {
  const points = new Map<number, number>();
  let odd = 0;
  for (const { row, step, values } of rows) {
    const value = values[name];
    if (typeof value === 'number') points.set(step ?? row, value);
    else if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') odd += 1;
  }
  const sorted = [...points].sort(([a], [b]) => a - b);
  return { x: sorted.map(([step]) => step), y: sorted.map(([, value]) => value), odd };
}
