/** When which trial ran: lanes of trials that ran at the same time; a gap in a lane is a slot the sweep did not use. */
import { useMemo } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { SweepDetail, TrialState, TrialView } from '@swath/contracts';
import { trialsQuery } from '../api/use-trials.js';
import { useProject } from '../app/layout.js';
import { useNow } from '../app/use-now.js';
import { Empty, Loaded, Panel } from '../app/views.js';
import { Timeline } from '../charts/timeline.js';
import { formatShare, formatValue } from '../format/numbers.js';
import { formatDuration } from '../format/time.js';
import { lanesOf } from './lanes.js';
import type { Span } from './lanes.js';

const colours: Readonly<Partial<Record<TrialState, string>>> = {
  running: '--accent',
  finished: '--good',
  pruned: '--cut',
  failed: '--bad',
};

/** The tab. */
export function TimelineTab({ sweep }: { readonly sweep: SweepDetail }) {
  const trials = useQuery(trialsQuery(sweep.id));
  return <Loaded query={trials}>{(list) => <Lanes sweep={sweep} trials={list} />}</Loaded>;
}

function Lanes({ sweep, trials }: { readonly sweep: SweepDetail; readonly trials: readonly TrialView[] }) {
  const now = useNow(1_000, sweep.endedAt === null);
  const navigate = useNavigate();
  const project = useProject();
  const { spans, lanes } = useMemo(() => lanesOf(trials, now), [trials, now]);
  if (spans.length === 0) return <Empty title="No trial has started yet" />;
  const bars = spans.map((span) => ({
    lane: span.lane,
    start: span.start,
    end: span.end,
    colour: colours[span.trial.state] ?? '--idle',
    label: labelOf(span),
  }));
  const open = (index: number) => {
    const trial = spans[index]?.trial;
    if (trial === undefined) return;
    const params = { ...project, sweepId: sweep.id, number: String(trial.number) };
    void navigate({ to: '/$team/$project/sweeps/$sweepId/trials/$number', params });
  };
  return (
    <Panel title="Trials over time" aside={<Legend />}>
      <Timeline bars={bars} lanes={lanes} summary={summaryOf(spans, lanes)} onPick={open} />
    </Panel>
  );
}

function labelOf({ trial, start, end }: Span): string {
  return `Trial ${trial.number}, ${trial.state}, ${formatDuration((end - start) / 1000)}, value ${formatValue(trial.value)}`;
}

function summaryOf(spans: readonly Span[], lanes: number): string {
  const first = Math.min(...spans.map(({ start }) => start));
  const last = Math.max(...spans.map(({ end }) => end));
  const busy = spans.reduce((sum, { start, end }) => sum + end - start, 0);
  const share = busy / Math.max(1, (last - first) * lanes);
  return `${spans.length} trials in ${lanes} lanes over ${formatDuration((last - first) / 1000)}; lanes were ${formatShare(share)} busy.`;
}

function Legend() {
  return (
    <span className="legend">
      {Object.entries(colours).map(([state, colour]) => (
        <span key={state}>
          <span className="legend-mark" style={{ background: `var(${colour})` }} aria-hidden="true" /> {state}
        </span>
      ))}
    </span>
  );
}
