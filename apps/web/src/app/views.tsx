/** The states every view has besides its content: loading, empty, failed. Pages and panels use them alike. */
import type { ReactNode } from 'react';
import { RequestError } from '../api/problem.js';
import { formatTime, formatAgo } from '../format/time.js';
import { useNow } from './use-now.js';

/** Grey bars in the place of the content; `rows` says how many. Shown after a moment, so that fast answers do not flicker. */
export function Loading({
  rows = 4,
  label = 'Loading',
}: {
  readonly rows?: number;
  readonly label?: string;
}) {
  return (
    <div className="skeleton" role="status">
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="skeleton-row" aria-hidden="true" />
      ))}
    </div>
  );
}

/** Why there is nothing here, and what fills it. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** What failed, in the server's words, with a way to try again. */
export function Failed({
  error,
  retry,
}: {
  readonly error: Error;
  readonly retry?: (() => void) | undefined;
}) {
  const problem = error instanceof RequestError ? error.problem : undefined;
  return (
    <div className="failed" role="alert">
      <p className="failed-title">{problem?.title ?? 'This could not be loaded'}</p>
      <p>{error.message}</p>
      {problem === undefined ? null : <p className="muted">{problem.hint}</p>}
      {problem?.traceId === undefined ? null : <p className="muted mono">trace {problem.traceId}</p>}
      {retry === undefined ? null : (
        <button type="button" className="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** What a query has to say, or its content: old content stays while a newer answer fails. */
export function Loaded<T>({
  query,
  rows,
  children,
}: {
  readonly query: {
    readonly data: T | undefined;
    readonly error: Error | null;
    readonly refetch: () => unknown;
  };
  readonly rows?: number;
  readonly children: (data: T) => ReactNode;
}) {
  const { data, error, refetch } = query;
  if (data !== undefined) return children(data);
  if (error !== null) return <Failed error={error} retry={() => void refetch()} />;
  return <Loading {...(rows === undefined ? {} : { rows })} />;
}

/** A framed part of a page. */
export function Panel({
  title,
  aside,
  children,
}: {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className="panel" aria-label={title}>
      <header className="panel-head">
        <h2>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

/** `12 s ago`, with the full time as title. */
export function Ago({ time }: { readonly time: string }) {
  const now = useNow(10_000);
  return (
    <time dateTime={time} title={formatTime(time)}>
      {formatAgo(time, now)}
    </time>
  );
}
