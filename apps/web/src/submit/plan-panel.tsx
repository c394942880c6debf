/** What submitting would do: trials, pool, price, limit; or every problem of the spec with its place. */
import type { Plan } from '@swath/contracts';
import { RequestError } from '../api/problem.js';
import { Panel } from '../app/views.js';
import { formatCount, formatMoney } from '../format/numbers.js';

/** The panel. */
export function PlanPanel({
  plan,
  error,
  isChecking,
}: {
  readonly plan: Plan | undefined;
  readonly error: Error | null;
  readonly isChecking: boolean;
}) {
  return (
    <Panel
      title="Plan"
      aside={<span className="muted">{isChecking ? 'Checking' : 'Nothing is submitted yet'}</span>}
    >
      <div aria-live="polite">
        {error === null ? null : <Problems error={error} />}
        {error === null && plan !== undefined ? <Facts plan={plan} /> : null}
        {error === null && plan === undefined ? (
          <p className="muted">Write a spec to see what it would do.</p>
        ) : null}
      </div>
    </Panel>
  );
}

function Problems({ error }: { readonly error: Error }) {
  const problem = error instanceof RequestError ? error.problem : undefined;
  return (
    <>
      <p className="field-error">{problem?.title ?? error.message}</p>
      <ul className="problems">
        {(problem?.errors ?? []).map((each, index) => (
          <li key={index}>
            <code>{each.pointer === '' ? '/' : each.pointer}</code>
            {each.line === undefined ? '' : ` (line ${each.line})`}: {each.detail}
          </li>
        ))}
      </ul>
      {problem !== undefined && problem.errors === undefined ? <p>{problem.detail}</p> : null}
    </>
  );
}

function Facts({ plan }: { readonly plan: Plan }) {
  const { trials, pool, maxCost, warnings, spec } = plan;
  return (
    <>
      <dl className="facts">
        <div>
          <dt>Trials at most</dt>
          <dd>{trials.max === null ? 'no limit' : formatCount(trials.max)}</dd>
        </div>
        {trials.gridSize === null ? null : (
          <div>
            <dt>Points of the grid</dt>
            <dd>{trials.gridSize}</dd>
          </div>
        )}
        <div>
          <dt>Method</dt>
          <dd>{spec.method}</dd>
        </div>
        <div>
          <dt>Pool</dt>
          <dd>{pool === null ? 'there is none' : `${pool.name}, ${formatCount(pool.slots)} slots`}</dd>
        </div>
        <div>
          <dt>Price of a slot and hour</dt>
          <dd>{formatMoney(pool?.pricePerSlotHour)}</dd>
        </div>
        <div>
          <dt>Money at most</dt>
          <dd>{maxCost === null ? 'no limit' : formatMoney(maxCost)}</dd>
        </div>
      </dl>
      {warnings.length === 0 ? null : (
        <ul className="problems">
          {warnings.map((each, index) => (
            <li key={index}>
              <code>{each.pointer}</code>: {each.detail}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
