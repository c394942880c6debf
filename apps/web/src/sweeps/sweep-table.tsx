/** Rows of sweeps: state, best value, progress, money. Called by the sweep list. */
import { Link } from '@tanstack/react-router';
import type { SweepView } from '@swath/contracts';
import { useProject } from '../app/layout.js';
import { StateMark } from '../app/state-mark.js';
import { useNow } from '../app/use-now.js';
import { Ago } from '../app/views.js';
import { formatCount, formatMoney, formatValue } from '../format/numbers.js';
import { formatDuration } from '../format/time.js';
import { Meter } from '../charts/meter.js';
import { endedTrials, secondsLeft } from './progress.js';

/** The table. */
export function SweepTable({ sweeps }: { readonly sweeps: readonly SweepView[] }) {
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label="Sweeps">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Sweep</th>
            <th scope="col">Method</th>
            <th scope="col" className="number">
              Best
            </th>
            <th scope="col">Trials</th>
            <th scope="col">Time left</th>
            <th scope="col">Spent / cap</th>
            <th scope="col">Started</th>
          </tr>
        </thead>
        <tbody>
          {sweeps.map((sweep) => (
            <Row key={sweep.id} sweep={sweep} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ sweep }: { readonly sweep: SweepView }) {
  const params = { ...useProject(), sweepId: sweep.id };
  return (
    <tr>
      <td>
        <StateMark state={sweep.state} note={reasonOf(sweep)} />
      </td>
      <th scope="row" className="wrap">
        <Link to="/$team/$project/sweeps/$sweepId" params={params}>
          {sweep.name === '' ? sweep.id : sweep.name}
        </Link>
      </th>
      <td>{sweep.method}</td>
      <td className="number">
        <Best sweep={sweep} />
      </td>
      <td>
        <Progress sweep={sweep} />
      </td>
      <td>
        <Left sweep={sweep} />
      </td>
      <td>
        <Spent sweep={sweep} />
      </td>
      <td className="muted">
        <Ago time={sweep.createdAt} />
      </td>
    </tr>
  );
}

function reasonOf({ reason, state }: SweepView): string | undefined {
  return reason === null || state === 'running' ? undefined : reason.replaceAll('_', ' ');
}

function Best({ sweep: { best, objective } }: { readonly sweep: SweepView }) {
  if (best === null) return <span className="muted">–</span>;
  return (
    <span title={`${objective?.name ?? 'value'} ${best.value} (${objective?.goal ?? ''})`}>
      {formatValue(best.value)} <span className="muted">#{best.number}</span>
    </span>
  );
}

function Progress({ sweep }: { readonly sweep: SweepView }) {
  const ended = endedTrials(sweep);
  const { limit, byState } = sweep.trials;
  const { running = 0, queued = 0, pruned = 0, failed = 0 } = byState;
  const detail = `${running} running, ${queued} queued, ${pruned} pruned, ${failed} failed`;
  return (
    <span className="with-meter" title={detail}>
      {formatCount(ended)}
      {limit === null ? null : ` / ${formatCount(limit)}`}
      {limit === null ? null : <Meter label={`${ended} of ${limit} trials ended`} share={ended / limit} />}
    </span>
  );
}

function Left({ sweep }: { readonly sweep: SweepView }) {
  const now = useNow(5_000, sweep.endedAt === null);
  const seconds = secondsLeft(sweep, now);
  if (sweep.endedAt !== null) return <span className="muted">done</span>;
  return <span className="muted">{seconds === null ? '–' : `about ${formatDuration(seconds)}`}</span>;
}

function Spent({ sweep: { cost, budget } }: { readonly sweep: SweepView }) {
  if (budget === null) return <span>{formatMoney(cost)}</span>;
  const share = Number(cost?.amount ?? 0) / Math.max(Number(budget.cap.amount), 1e-9);
  return (
    <span className="with-meter">
      {formatMoney(cost)} / {formatMoney(budget.cap)}
      <Meter label={`${Math.round(share * 100)} % of the cap spent`} share={share} />
    </span>
  );
}
