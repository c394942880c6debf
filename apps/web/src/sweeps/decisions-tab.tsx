/** What the pruner decided: how many trials each rung let through, and every decision that ended or paused one, in a sentence. */
import { useMemo } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { DecisionView, SweepDetail } from '@swath/contracts';
import { decisionsQuery } from '../api/use-decisions.js';
import { Ago, Empty, Loaded, Panel } from '../app/views.js';
import { Meter } from '../charts/meter.js';
import { formatCount, formatShare, formatValue } from '../format/numbers.js';
import { rungsOf } from './rungs.js';
import type { Rung } from './rungs.js';
import { TrialLink } from './trial-link.js';

/** The tab. */
export function DecisionsTab({ sweep }: { readonly sweep: SweepDetail }) {
  const query = useQuery(decisionsQuery(sweep.id));
  if (sweep.spec.early_terminate === undefined) {
    return (
      <Empty title="This sweep stops no trial early">
        <p>
          A spec with <code>early_terminate</code> gets decisions here, each with its rung, rank and cut.
        </p>
      </Empty>
    );
  }
  return (
    <Loaded query={query}>
      {(decisions) =>
        decisions.length === 0 ? (
          <Empty title="No decision yet">
            <p>The first one comes when a trial reaches the first rung.</p>
          </Empty>
        ) : (
          <Decisions sweep={sweep} decisions={decisions} />
        )
      }
    </Loaded>
  );
}

function Decisions({
  sweep,
  decisions,
}: {
  readonly sweep: SweepDetail;
  readonly decisions: readonly DecisionView[];
}) {
  const rungs = useMemo(() => rungsOf(decisions), [decisions]);
  const endings = useMemo(
    () => decisions.filter(({ decision }) => decision['action'] !== 'continue').reverse(),
    [decisions],
  );
  return (
    <div className="panels">
      <Panel title={`Rungs (${sweep.spec.early_terminate?.type ?? ''})`}>
        <RungTable rungs={rungs} />
      </Panel>
      <Panel title={`Stopped or paused (${formatCount(endings.length)})`}>
        {endings.length === 0 ? (
          <p className="muted">Every trial judged so far may go on.</p>
        ) : (
          <EndingTable sweepId={sweep.id} endings={endings} />
        )}
      </Panel>
    </div>
  );
}

function RungTable({ rungs }: { readonly rungs: readonly Rung[] }) {
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label="Rungs">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Bracket</th>
            <th scope="col">Resource</th>
            <th scope="col" className="number">
              Judged
            </th>
            <th scope="col" className="number">
              Went on
            </th>
            <th scope="col">Share</th>
            <th scope="col" className="number">
              Latest cut
            </th>
          </tr>
        </thead>
        <tbody>
          {rungs.map((rung) => (
            <tr key={`${rung.bracket}/${rung.resource}`}>
              <td>{rung.bracket}</td>
              <th scope="row">{formatValue(rung.resource)}</th>
              <td className="number">{formatCount(rung.judged)}</td>
              <td className="number">{formatCount(rung.kept)}</td>
              <td>
                <span className="with-meter">
                  {formatShare(rung.kept / rung.judged)}
                  <Meter share={rung.kept / rung.judged} label={`${rung.kept} of ${rung.judged} went on`} />
                </span>
              </td>
              <td className="number">{formatValue(rung.cutoff)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const MOST_SHOWN = 300;

function EndingTable({
  sweepId,
  endings,
}: {
  readonly sweepId: string;
  readonly endings: readonly DecisionView[];
}) {
  return (
    <div className="table-frame decision-list" tabIndex={0} role="region" aria-label="Decisions">
      <table className="table">
        <tbody>
          {endings.slice(0, MOST_SHOWN).map((decision) => (
            <tr key={decision.id}>
              <th scope="row">
                <TrialLink trial={{ number: decision.trialNumber, sweepId }} />
              </th>
              <td className="wrap">{decision.text}</td>
              <td className="muted">
                <Ago time={decision.at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {endings.length > MOST_SHOWN ? (
        <p className="muted">The newest {MOST_SHOWN} are shown; the trials tab has them all.</p>
      ) : null}
    </div>
  );
}
