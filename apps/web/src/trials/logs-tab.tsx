/** Output of the trial: follows while it runs, searches, and any line can be linked. Text only: markup in a log is shown, never run. */
import { useEffect, useMemo, useRef, useState } from 'react';
import Anser from 'anser';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { isTrialEnded } from '@swath/contracts/states';
import type { LogPage, TrialView } from '@swath/contracts';
import { MOST_LINES, useLogs } from '../api/use-logs.js';
import { Empty, Loaded } from '../app/views.js';
import { formatCount } from '../format/numbers.js';
import { formatDuration } from '../format/time.js';
import './logs.css';

const from = '/signed-in/$team/$project/sweeps/$sweepId/trials/$number';
const LINE_PX = 24;

/** The tab. */
export function LogsTab({ trial }: { readonly trial: TrialView }) {
  const logs = useLogs(trial.id, !isTrialEnded(trial.state));
  return (
    <Loaded query={logs}>
      {({ lines }) =>
        lines.length === 0 ? <Empty title="The trial has written nothing" /> : <Lines lines={lines} />
      }
    </Loaded>
  );
}

type Line = LogPage['lines'][number];

function Lines({ lines }: { readonly lines: readonly Line[] }) {
  const { q = '', line } = useSearch({ from });
  const navigate = useNavigate({ from: '/$team/$project/sweeps/$sweepId/trials/$number' });
  const shown = useMemo(
    () => (q === '' ? lines : lines.filter(({ text }) => text.toLowerCase().includes(q.toLowerCase()))),
    [lines, q],
  );
  const [follows, setFollows] = useState(line === undefined);
  return (
    <>
      <div className="page-head">
        <input
          type="search"
          data-filter
          aria-label="Search the log"
          placeholder="Search  /"
          value={q}
          onChange={(event) => {
            const value = event.target.value;
            void navigate({
              to: '.',
              search: (old) => ({ ...old, q: value === '' ? undefined : value }),
              replace: true,
            });
          }}
        />
        <button type="button" className="button" aria-pressed={follows} onClick={() => setFollows(!follows)}>
          Follow
        </button>
        <span className="muted">
          {formatCount(shown.length)} of {formatCount(lines.length)} lines
          {lines.length >= MOST_LINES ? '; older lines only: the log is longer than the page loads' : ''}
        </span>
      </div>
      <LogView lines={shown} follows={follows} marked={line === undefined ? undefined : Number(line)} />
    </>
  );
}

function LogView({
  lines,
  follows,
  marked,
}: {
  readonly lines: readonly Line[];
  readonly follows: boolean;
  readonly marked: number | undefined;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => frame.current,
    estimateSize: () => LINE_PX,
    overscan: 30,
  });
  useEffect(() => {
    if (follows && lines.length > 0) virtual.scrollToIndex(lines.length - 1);
  }, [follows, lines.length, virtual]);
  // Only when the page opens at a line, not when lines are added.
  useEffect(() => {
    if (marked !== undefined)
      virtual.scrollToIndex(
        Math.max(
          0,
          lines.findIndex(({ line }) => line === marked),
        ),
      );
  }, [marked]);
  return (
    <div ref={frame} className="log" tabIndex={0} role="log" aria-label="Output" aria-live="off">
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const line = lines[index];
          return line === undefined ? null : (
            <LogLine key={line.line} line={line} top={start} isMarked={line.line === marked} />
          );
        })}
      </div>
    </div>
  );
}

function LogLine({
  line,
  top,
  isMarked,
}: {
  readonly line: Line;
  readonly top: number;
  readonly isMarked: boolean;
}) {
  const navigate = useNavigate({ from: '/$team/$project/sweeps/$sweepId/trials/$number' });
  const link = () =>
    void navigate({ to: '.', search: (old) => ({ ...old, line: String(line.line) }), replace: true });
  return (
    <div
      className={`log-line log-${line.stream}${isMarked ? ' log-marked' : ''}`}
      style={{ transform: `translateY(${top}px)` }}
    >
      <button type="button" className="log-number" onClick={link} title={`Link to line ${line.line + 1}`}>
        {line.line + 1}
      </button>
      <span className="log-time">{formatDuration(line.offsetMs / 1000)}</span>
      {line.stream === 'stderr' ? <span className="log-mark">err</span> : null}
      <span>
        {Anser.ansiToJson(line.text, { use_classes: true, remove_empty: true }).map((part, index) => (
          <span key={index} className={part.fg === null ? undefined : part.fg}>
            {part.content}
          </span>
        ))}
      </span>
    </div>
  );
}
