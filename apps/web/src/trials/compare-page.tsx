/** Two or more trials side by side: what differs between them, relative to the first, and their curves over each other. */
import { useMemo, useState } from 'react';
import { useQueries } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { trialIdOf } from '@swath/contracts/states';
import type { TrialView } from '@swath/contracts';
import { trialQuery } from '../api/use-trial.js';
import { StateMark } from '../app/state-mark.js';
import { useTitle } from '../app/use-title.js';
import { Empty, Failed, Loading } from '../app/views.js';
import { formatMoney, formatValue, fullValue } from '../format/numbers.js';
import { leavesOf, parameterNames } from '../sweeps/parameters.js';
import { CompareCurves } from './compare-curves.js';

const from = '/signed-in/$team/$project/compare';
const MOST_TRIALS = 20;

/** The page. */
export function ComparePage() {
  useTitle('Compare');
  const { trials: text = '' } = useSearch({ from });
  const ids = useMemo(() => trialIdsOf(text), [text]);
  const queries = useQueries({ queries: ids.map((id) => trialQuery(id)) });
  const failed = queries.find(({ error }) => error !== null);
  const trials = queries.flatMap(({ data }) => (data === undefined ? [] : [data]));
  return (
    <>
      <h1>Compare {ids.length} trials</h1>
      {ids.length < 2 ? (
        <Empty title="Choose two or more trials">
          <p>Tick them in the trials tab of a sweep, then press Compare.</p>
        </Empty>
      ) : null}
      {failed === undefined || failed.error === null ? null : (
        <Failed error={failed.error} retry={() => void failed.refetch()} />
      )}
      {ids.length >= 2 && trials.length < ids.length && failed === undefined ? <Loading rows={8} /> : null}
      {ids.length >= 2 && trials.length === ids.length ? <Comparison trials={trials} /> : null}
    </>
  );
}

/** `sw_x:3,sw_x:4` as trial ids, each once. */
function trialIdsOf(text: string): string[] {
  const ids = text.split(',').flatMap((part) => {
    const match = /^(sw_[a-z0-9]+):(\d{1,9})$/.exec(part);
    return match?.[1] === undefined || match[2] === undefined ? [] : [trialIdOf(match[1], Number(match[2]))];
  });
  return [...new Set(ids)].slice(0, MOST_TRIALS);
}

function Comparison({ trials }: { readonly trials: readonly TrialView[] }) {
  const { all } = useSearch({ from });
  const navigate = useNavigate({ from: '/$team/$project/compare' });
  const { varying, fixed } = useMemo(() => parameterNames(trials), [trials]);
  const names = all === undefined ? varying : [...varying, ...fixed];
  const toggle = () =>
    void navigate({
      to: '.',
      search: (old) => ({ ...old, all: all === undefined ? '1' : undefined }),
      replace: true,
    });
  return (
    <>
      <div className="page-head">
        <button type="button" className="button" aria-pressed={all === undefined} onClick={toggle}>
          Only what differs ({varying.length} of {varying.length + fixed.length} parameters)
        </button>
        <CopyLink />
      </div>
      <div className="table-frame" tabIndex={0} role="region" aria-label="Comparison">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">
                <span className="visually-hidden">Property</span>
              </th>
              {trials.map((trial, index) => (
                <Heading key={trial.id} trial={trial} isBaseline={index === 0} />
              ))}
            </tr>
          </thead>
          <tbody>
            <Row title="state" trials={trials} cell={(trial) => <StateMark state={trial.state} />} />
            {names.map((name) => (
              <NumberRow
                key={name}
                title={name}
                values={trials.map(({ parameters }) => leavesOf(parameters).get(name))}
              />
            ))}
            <NumberRow title="value" values={trials.map(({ value }) => value)} />
            <NumberRow title="reports" values={trials.map(({ resource }) => resource)} />
            <Row title="cost" trials={trials} cell={(trial) => formatMoney(trial.cost)} />
            <Row title="attempts" trials={trials} cell={(trial) => trial.attempts} />
          </tbody>
        </table>
      </div>
      <CompareCurves trials={trials} differing={varying} />
    </>
  );
}

function Heading({ trial, isBaseline }: { readonly trial: TrialView; readonly isBaseline: boolean }) {
  const { team, project } = useParams({ from });
  const params = { team, project, sweepId: trial.sweepId, number: String(trial.number) };
  return (
    <th scope="col" className="number">
      <Link to="/$team/$project/sweeps/$sweepId/trials/$number" params={params}>
        #{trial.number}
      </Link>
      {isBaseline ? ' (base)' : ''}
    </th>
  );
}

function Row({
  title,
  trials,
  cell,
}: {
  readonly title: string;
  readonly trials: readonly TrialView[];
  readonly cell: (trial: TrialView) => React.ReactNode;
}) {
  return (
    <tr>
      <th scope="row">{title}</th>
      {trials.map((trial) => (
        <td key={trial.id} className="number">
          {cell(trial)}
        </td>
      ))}
    </tr>
  );
}

function NumberRow({ title, values }: { readonly title: string; readonly values: readonly unknown[] }) {
  const [base] = values;
  return (
    <tr>
      <th scope="row">{title}</th>
      {values.map((value, index) => (
        <td key={index} className="number" title={fullValue(value)}>
          {formatValue(value)} {index === 0 ? null : <span className="muted">{changeOf(base, value)}</span>}
        </td>
      ))}
    </tr>
  );
}

function changeOf(base: unknown, value: unknown): string {
  if (typeof base !== 'number' || typeof value !== 'number' || base === 0 || base === value) return '';
  const percent = Math.round(((value - base) / Math.abs(base)) * 100);
  return `${percent > 0 ? '+' : ''}${percent} %`;
}

function CopyLink() {
  const [isCopied, setCopied] = useState(false);
  return (
    <button
      type="button"
      className="button"
      onClick={() => void navigator.clipboard.writeText(location.href).then(() => setCopied(true))}
    >
      {isCopied ? 'Copied' : 'Copy link'}
    </button>
  );
}
