/** When each slot ran which attempt, and what it waited for in between. */
import { useMemo } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { SweepDetail } from '@swath/contracts';
import { attemptsQuery } from '../api/use-attempts.js';
import type { TrialWithAttempts } from '../api/use-attempts.js';
import { useProject } from '../app/layout.js';
import { useNow } from '../app/use-now.js';
import { Empty, Loaded, Panel } from '../app/views.js';
import { Timeline } from '../charts/timeline.js';
import { formatCount, formatShare } from '../format/numbers.js';
import { formatDuration } from '../format/time.js';
import { lanesOf } from './lanes.js';
import type { Span } from './lanes.js';

const colours: Readonly<Record<string, string>> = {
  running: '--accent',
  finished: '--good',
  pruned: '--cut',
  failed: '--bad',
  'lost or preempted': '--warn',
  other: '--muted',
};

const kinds: Readonly<Record<string, string>> = {
  lost: 'lost or preempted',
  infrastructure: 'lost or preempted',
  preempted: 'lost or preempted',
  timeout: 'failed',
};

/** The tab. */
export function TimelineTab({ sweep }: { readonly sweep: SweepDetail }) {
  const trials = useQuery(attemptsQuery(sweep.id));
  return <Loaded query={trials}>{(list) => <Lanes sweep={sweep} trials={list} />}</Loaded>;
}

function Lanes({
  sweep,
  trials,
}: {
  readonly sweep: SweepDetail;
  readonly trials: readonly TrialWithAttempts[];
}) {
  const now = useNow(1_000, sweep.endedAt === null);
  const navigate = useNavigate();
  const project = useProject();
  const { spans, lanes } = useMemo(() => lanesOf(trials, now), [trials, now]);
  if (spans.length === 0) return <Empty title="No trial has started yet" />;
  const bars = spans.map((span) => ({
    lane: span.lane,
    start: span.start,
    end: span.end,
    isGap: span.kind === 'gap',
    colour: span.kind === 'gap' ? '--line' : (colours[kindOf(span.outcome)] ?? '--muted'),
    label: labelOf(span, lanes[span.lane] ?? ''),
  }));
  const open = (index: number) => {
    const number = spans[index]?.trial;
    if (number === undefined) return;
    const params = { ...project, sweepId: sweep.id, number: String(number) };
    void navigate({ to: '/$team/$project/sweeps/$sweepId/trials/$number', params });
  };
  return (
    <Panel title="Slots over time" aside={<Legend />}>
      <Timeline bars={bars} lanes={lanes} summary={summaryOf(spans, lanes.length)} onPick={open} />
    </Panel>
  );
}

function kindOf(outcome: string): string {
  const kind = kinds[outcome] ?? outcome;
  return kind in colours ? kind : 'other';
}

function labelOf(span: Span, lane: string): string {
  const time = formatDuration((span.end - span.start) / 1000);
  if (span.kind === 'attempt') {
    const attempt = span.attempt === 1 ? '' : `, attempt ${span.attempt}`;
    return `${lane}: trial ${span.trial}${attempt}, ${span.outcome}, ${time}`;
  }
  const wait =
    span.queuedMs < span.end - span.start
      ? `no trial was ready for the first ${formatDuration((span.end - span.start - span.queuedMs) / 1000)}`
      : `trial ${span.trial} was queued all that time`;
  return `${lane}: not used by this sweep for ${time}, until trial ${span.trial}; ${wait}`;
}

function summaryOf(spans: readonly Span[], lanes: number): string {
  const attempts = spans.filter(({ kind }) => kind === 'attempt');
  const first = Math.min(...attempts.map(({ start }) => start));
  const last = Math.max(...attempts.map(({ end }) => end));
  const busy = attempts.reduce((sum, { start, end }) => sum + end - start, 0);
  const share = busy / Math.max(1, (last - first) * lanes);
  return `${formatCount(attempts.length)} attempts on ${formatCount(lanes)} slots over ${formatDuration((last - first) / 1000)}; the slots were ${formatShare(share)} busy with this sweep.`;
}

function Legend() {
  return (
    <span className="legend">
      {Object.entries(colours).map(([kind, colour]) => (
        <span key={kind}>
          <span className="legend-mark" style={{ background: `var(${colour})` }} aria-hidden="true" /> {kind}
        </span>
      ))}
    </span>
  );
}
