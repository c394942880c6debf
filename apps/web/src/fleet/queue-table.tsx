/** What waits in a pool, in order, each with its reason. */
import { useQuery } from '@tanstack/react-query';
import type { QueueEntry } from '@swath/contracts';
import { queueQuery } from '../api/use-fleet.js';
import { StateMark } from '../app/state-mark.js';
import { Ago, Loaded } from '../app/views.js';
import { TrialLink } from '../sweeps/trial-link.js';

/** The table, or that nothing waits. */
export function QueueTable({ poolId }: { readonly poolId: string }) {
  const queue = useQuery(queueQuery(poolId));
  return (
    <Loaded query={queue} rows={2}>
      {({ data }) => (data.length === 0 ? <p className="muted">Nothing waits.</p> : <Rows entries={data} />)}
    </Loaded>
  );
}

function Rows({ entries }: { readonly entries: readonly QueueEntry[] }) {
  return (
    <div className="table-frame queue" tabIndex={0} role="region" aria-label="Queue">
      <table className="table">
        <thead>
          <tr>
            {['Place', 'Trial', 'Sweep', 'Slots', 'Priority', 'Waits since', 'Why'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.attemptId}>
              <th scope="row">{entry.position}</th>
              <td>
                <TrialLink
                  trial={{
                    sweepId: entry.sweepId,
                    number: Number(entry.trialId.slice(entry.trialId.lastIndexOf('-') + 1)),
                  }}
                />
              </td>
              <td>
                <StateMark state={entry.sweepState} />
              </td>
              <td>{entry.slots}</td>
              <td>{entry.priority}</td>
              <td>
                <Ago time={entry.enqueuedAt} />
              </td>
              <td className="wrap">{entry.waiting?.text ?? ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
