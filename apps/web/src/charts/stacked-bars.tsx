/** Stacked bars by category, as plain elements: a picture, or the same numbers as a table. Props in, picture out. */
import { useState } from 'react';
import './series-chart.css';
import './stacked-bars.css';

/** One bar; `parts` has one value for each kind. */
export interface Bar {
  readonly label: string;
  readonly parts: readonly number[];
}

/** What a part of a bar counts. */
export interface Kind {
  readonly name: string;
  /** Name of a token such as `--accent`. */
  readonly colour: string;
}

/** The picture. */
export function StackedBars({
  bars,
  kinds,
  summary,
  format,
}: {
  readonly bars: readonly Bar[];
  readonly kinds: readonly Kind[];
  readonly summary: string;
  readonly format: (value: number) => string;
}) {
  const [isTable, setTable] = useState(false);
  return (
    <figure className="chart">
      {isTable ? (
        <BarTable bars={bars} kinds={kinds} format={format} />
      ) : (
        <Picture bars={bars} kinds={kinds} summary={summary} format={format} />
      )}
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

interface Content {
  readonly bars: readonly Bar[];
  readonly kinds: readonly Kind[];
  readonly format: (value: number) => string;
}

function Picture({ bars, kinds, summary, format }: Content & { readonly summary: string }) {
  const most = Math.max(...bars.map(({ parts }) => sum(parts)), Number.MIN_VALUE);
  const every = Math.max(1, Math.ceil(bars.length / 8));
  return (
    <div role="img" aria-label={summary}>
      <div className="stacked-bars">
        {bars.map(({ label, parts }) => (
          <div key={label} className="stacked-bar" title={`${label}: ${format(sum(parts))}`}>
            {parts.map((part, index) => (
              <span
                key={kinds[index]?.name}
                style={{ height: `${(part / most) * 100}%`, background: `var(${kinds[index]?.colour})` }}
              />
            ))}
          </div>
        ))}
      </div>
      <div className="stacked-labels">
        {bars.map(({ label }, index) => (
          <span key={label}>{index % every === 0 ? label : ''}</span>
        ))}
      </div>
      <div className="legend">
        {kinds.map(({ name, colour }) => (
          <span key={name}>
            <span className="legend-mark" style={{ background: `var(${colour})` }} aria-hidden="true" />{' '}
            {name}
          </span>
        ))}
        <span className="muted">highest bar {format(most)}</span>
      </div>
    </div>
  );
}

function BarTable({ bars, kinds, format }: Content) {
  return (
    <div className="table-frame chart-table" tabIndex={0} role="region" aria-label="Values of the chart">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Day</th>
            {kinds.map(({ name }) => (
              <th key={name} scope="col" className="number">
                {name}
              </th>
            ))}
            <th scope="col" className="number">
              Together
            </th>
          </tr>
        </thead>
        <tbody>
          {bars.map(({ label, parts }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {parts.map((part, index) => (
                <td key={kinds[index]?.name} className="number">
                  {format(part)}
                </td>
              ))}
              <td className="number">{format(sum(parts))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function sum(parts: readonly number[]): number {
  return parts.reduce((all, part) => all + part, 0);
}
