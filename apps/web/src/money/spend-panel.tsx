/** What was spent, day by day and by what came of it. */
import { useMemo } from 'react';
import { useQuery } from '@tanstack/react-query';
import { outcomeClasses } from '@swath/contracts/states';
import type { CostSummary } from '@swath/contracts';
import { costsQuery } from '../api/use-costs.js';
import { useNow } from '../app/use-now.js';
import { Loaded, Panel } from '../app/views.js';
import { StackedBars } from '../charts/stacked-bars.js';
import { formatMoney } from '../format/numbers.js';
import { daysOf, daysPassed } from './period.js';
import type { Period } from './period.js';
import { useChoice } from './use-period.js';

const colours: Readonly<Record<string, string>> = {
  useful: '--good',
  pruned: '--cut',
  failed_user: '--bad',
  failed_infra: '--warn',
  preempted: '--accent',
  cancelled: '--muted',
  superseded: '--line',
};

/** The panel. */
export function SpendPanel() {
  const choice = useChoice();
  const query = useQuery(costsQuery(choice, ['day', 'class']));
  return (
    <Panel title="Day by day">
      <Loaded query={query}>{(summary) => <Days period={choice} summary={summary} />}</Loaded>
    </Panel>
  );
}

function Days({ period, summary }: { readonly period: Period; readonly summary: CostSummary }) {
  const now = useNow(60_000);
  const currencies = [...new Set(summary.totals.map(({ currency }) => currency))];
  const days = daysOf(period, now);
  if (currencies.length === 0) return <p className="muted">Nothing with a price was used in this time.</p>;
  return currencies.map((currency) => (
    <OneCurrency key={currency} {...{ currency, summary, days, passed: daysPassed(period, now) }} />
  ));
}

function OneCurrency({
  currency,
  summary,
  days,
  passed,
}: {
  readonly currency: string;
  readonly summary: CostSummary;
  readonly days: readonly string[];
  readonly passed: number;
}) {
  const { bars, kinds } = useMemo(() => stack(summary.rows, days, currency), [summary, days, currency]);
  const format = (value: number) => formatMoney({ amount: value.toFixed(6), currency });
  const total = summary.totals.find((each) => each.currency === currency);
  const mean = Number(total?.amount ?? 0) / Math.max(passed, 1 / 24);
  return (
    <StackedBars
      bars={bars}
      kinds={kinds}
      format={format}
      summary={`${formatMoney(total)} over ${days.length} days, ${format(mean)} a day.`}
    />
  );
}

function stack(rows: CostSummary['rows'], days: readonly string[], currency: string) {
  const found = new Map<string, number>();
  for (const { group, cost } of rows) {
    if (cost?.currency !== currency) continue;
    found.set(`${group['day']}/${group['class']}`, Number(cost.amount));
  }
  const classes = outcomeClasses.filter((name) => days.some((day) => (found.get(`${day}/${name}`) ?? 0) > 0));
  return {
    kinds: classes.map((name) => ({
      name: name.replace('_', ' '),
      colour: colours[name] ?? '--muted',
    })),
    bars: days.map((day) => ({
      label: day.slice(5),
      parts: classes.map((name) => found.get(`${day}/${name}`) ?? 0),
    })),
  };
}
