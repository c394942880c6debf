/** Which days a cost page counts, as two dates and the usual choices. */
import { useNavigate } from '@tanstack/react-router';
import { useNow } from '../app/use-now.js';
import { dayBefore, dayOf, isDay, monthOf, nextDay } from './period.js';
import type { Period } from './period.js';
import { usePeriod } from './use-period.js';

/** The bar; the address keeps what is chosen. */
export function PeriodBar() {
  const period = usePeriod();
  const now = useNow(60_000);
  const navigate = useNavigate();
  const choose = (next: Partial<Period>) => {
    const { from, to } = { ...period, ...next };
    if (!isDay(from) || !isDay(to) || from >= to) return;
    void navigate({ to: '.', search: (old) => ({ ...old, from, to }), replace: true });
  };
  const month = monthOf(now);
  const today = dayOf(now);
  const usual = {
    'This month': month,
    'Last month': monthOf(Date.parse(month.from) - 1),
    'Last 7 days': { from: dayOf(now - 6 * 86_400_000), to: nextDay(today) },
  };
  return (
    <div className="filter" role="group" aria-label="Days that are counted (UTC)">
      <label>
        From{' '}
        <input type="date" value={period.from} onChange={(event) => choose({ from: event.target.value })} />
      </label>
      <label>
        to{' '}
        <input
          type="date"
          value={dayBefore(period.to)}
          onChange={({ target }) => (isDay(target.value) ? choose({ to: nextDay(target.value) }) : undefined)}
        />
      </label>
      {Object.entries(usual).map(([name, each]) => (
        <button
          key={name}
          type="button"
          className="button small"
          aria-pressed={each.from === period.from && each.to === period.to}
          onClick={() => choose(each)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
