/** Will this do what I mean, and what will it cost: an editor that checks the spec as one types and shows the plan. */
import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { RequestError } from '../api/problem.js';
import { sweepQuery } from '../api/use-sweep.js';
import { planQuery, useSubmit } from '../api/use-submit.js';
import { useTitle } from '../app/use-title.js';
import { PlanPanel } from './plan-panel.js';
import { SpecEditor } from './spec-editor.js';
import { exampleSpec } from './example-spec.js';
import type { SpecProblem } from './spec-problem.js';
import './submit.css';

const from = '/signed-in/$team/$project/sweeps/new';
const DELAY_MS = 250;

/** The page; `from` of the URL starts with the spec of another sweep. */
export function SubmitPage() {
  useTitle('New sweep');
  const { from: source } = useSearch({ from });
  const template = useQuery({ ...sweepQuery(source ?? ''), enabled: source !== undefined });
  if (source !== undefined && template.isPending) return null;
  const { specText, spec } = template.data ?? {};
  return <Editor start={specText ?? (spec === undefined ? exampleSpec : JSON.stringify(spec, null, 2))} />;
}

function Editor({ start }: { readonly start: string }) {
  const [text, setText] = useState(start);
  const settled = useSettled(text);
  const plan = useQuery(planQuery(settled));
  const problems = useDeferredValue(problemsOf(plan.error, plan.data?.warnings));
  const isChecked =
    settled === text && plan.data !== undefined && plan.error === null && !plan.isPlaceholderData;
  return (
    <>
      <h1>New sweep</h1>
      <div className="submit">
        <div className="submit-editor">
          <SpecEditor text={start} problems={problems} onChange={setText} />
          <p className="muted">Escape, then Tab, leaves the editor.</p>
        </div>
        <div className="submit-side">
          <PlanPanel plan={plan.data} error={plan.error} isChecking={settled !== text || plan.isFetching} />
          <SubmitButton text={text} isReady={isChecked} />
        </div>
      </div>
    </>
  );
}

/** The text once the reader has stopped typing for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), DELAY_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

function problemsOf(
  error: Error | null,
  warnings: readonly SpecProblem[] | undefined,
): readonly SpecProblem[] {
  if (error instanceof RequestError) return error.problem?.errors ?? [];
  return warnings ?? [];
}

function SubmitButton({ text, isReady }: { readonly text: string; readonly isReady: boolean }) {
  const { team, project } = useParams({ from });
  const navigate = useNavigate();
  const submit = useSubmit();
  // One key for one text: pressing twice, or again after a lost answer, makes one sweep.
  const seed = useRef(crypto.getRandomValues(new Uint32Array(4)).join('-'));
  const key = useMemo(() => `${seed.current}-${hashOf(text)}`, [text]);
  const press = async () => {
    const { sweep } = await submit.mutateAsync({ text, key });
    await navigate({ to: '/$team/$project/sweeps/$sweepId', params: { team, project, sweepId: sweep.id } });
  };
  return (
    <>
      <button
        type="button"
        className="button primary"
        disabled={!isReady || submit.isPending}
        onClick={() => void press().catch(() => undefined)}
      >
        {submit.isPending ? 'Submitting' : 'Submit the sweep'}
      </button>
      {submit.error === null ? null : (
        <p className="field-error" role="alert">
          {submit.error.message}
        </p>
      )}
    </>
  );
}

/** A short hash of a text (FNV-1a); only tells texts of one page apart. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(36);
}
