/** Each execution of the trial: where, how it ended, what it cost. */
import { useQuery } from '@tanstack/react-query';
import type { AttemptView, TrialView } from '@swath/contracts';
import { attemptsQuery } from '../api/use-trial-parts.js';
import { StateMark } from '../app/state-mark.js';
import { useNow } from '../app/use-now.js';
import { Loaded } from '../app/views.js';
import { formatMoney, fullValue } from '../format/numbers.js';
import { formatDuration, formatTime, secondsBetween } from '../format/time.js';

const columns = [
  'Attempt',
  'State',
  'Outcome',
  'Cause',
  'Node',
  'Slots',
  'Started',
  'Duration',
  'Cost',
  'Detail',
];

/** The tab. */
export function AttemptsTab({ trial }: { readonly trial: TrialView }) {
  const attempts = useQuery(attemptsQuery(trial.id));
  return (
    <Loaded query={attempts}>
      {({ data }) => (
        <div className="table-frame" tabIndex={0} role="region" aria-label="Attempts">
          <table className="table">
            <thead>
              <tr>
                {columns.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {data.map((attempt) => (
                <Row key={attempt.id} attempt={attempt} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Loaded>
  );
}

function Row({ attempt }: { readonly attempt: AttemptView }) {
  const now = useNow(1_000, attempt.state === 'running');
  const { startedAt, endedAt, node } = attempt;
  return (
    <tr>
      <th scope="row">{attempt.number}</th>
      <td>
        <StateMark state={attempt.state} />
      </td>
      <td>{attempt.outcome ?? '–'}</td>
      <td>{attempt.cause.replaceAll('_', ' ')}</td>
      <td>{node?.name ?? '–'}</td>
      <td>{attempt.slots.join(', ')}</td>
      <td>{startedAt === null ? '–' : formatTime(startedAt)}</td>
      <td>{startedAt === null ? '–' : formatDuration(secondsBetween(startedAt, endedAt, now))}</td>
      <td>{formatMoney(attempt.cost)}</td>
      <td className="wrap">{attempt.waiting?.text ?? exitOf(attempt)}</td>
    </tr>
  );
}

function exitOf({ exit }: AttemptView): string {
  if (exit === null) return '';
  return Object.entries(exit)
    .filter(([, value]) => value !== null && typeof value !== 'object')
    .map(([name, value]) => `${name} ${fullValue(value)}`)
    .join(', ');
}
