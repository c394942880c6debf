/** What happened to the sweep, newest first. */
import { useQuery } from '@tanstack/react-query';
import type { EventView, SweepDetail } from '@swath/contracts';
import { sweepEventsQuery } from '../api/use-sweep-events.js';
import { fullValue } from '../format/numbers.js';
import { Ago, Empty, Loaded } from '../app/views.js';

/** The tab. */
export function LogTab({ sweep }: { readonly sweep: SweepDetail }) {
  const query = useQuery(sweepEventsQuery(sweep.id));
  return (
    <Loaded query={query} rows={10}>
      {(events) =>
        events.length === 0 ? <Empty title="Nothing happened yet" /> : <Events events={events} />
      }
    </Loaded>
  );
}

function Events({ events }: { readonly events: readonly EventView[] }) {
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label="Events">
      <table className="table">
        <tbody>
          {events.toReversed().map((event) => (
            <tr key={event.id}>
              <td className="muted">
                <Ago time={event.at} />
              </td>
              <th scope="row">{event.name}</th>
              <td className="wrap mono">{detailOf(event)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function detailOf({ entity }: EventView): string {
  return Object.entries(entity)
    .filter(([, value]) => value !== null && typeof value !== 'object')
    .map(([name, value]) => `${name} ${fullValue(value)}`)
    .join(', ');
}
