/** Signing in with an API key. The key goes to the server once and comes back as a cookie that scripts cannot read. */
import { useState } from 'react';
import type { SubmitEvent } from 'react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { callerQuery, signIn } from '../api/session.js';
import { RequestError } from '../api/problem.js';

/** The page. */
export function LoginPage() {
  const [key, setKey] = useState('');
  const { next } = useSearch({ from: '/login' });
  const client = useQueryClient();
  const signing = useMutation({
    mutationFn: () => signIn(key.trim()),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: callerQuery.queryKey });
      // A full load: whatever an earlier reader left in memory is gone.
      location.assign(ownAddress(next));
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    signing.mutate();
  };
  return (
    <main className="login">
      <form className="panel login-form" onSubmit={submit}>
        <h1>Sign in to Swath</h1>
        <label htmlFor="key">API key</label>
        <input
          id="key"
          type="password"
          autoComplete="current-password"
          required
          spellCheck={false}
          value={key}
          aria-describedby="key-help"
          onChange={(event) => setKey(event.target.value)}
        />
        <p id="key-help" className="muted">
          It begins with <code>swk_</code>. <code>npm start</code> prints where the first one is kept.
        </p>
        {signing.error === null ? null : (
          <p className="field-error" role="alert">
            {signing.error.message}{' '}
            {signing.error instanceof RequestError ? signing.error.problem?.hint : null}
          </p>
        )}
        <button type="submit" className="button primary" disabled={signing.isPending}>
          {signing.isPending ? 'Signing in' : 'Sign in'}
        </button>
      </form>
    </main>
  );
}

/** Where to go on: an address of this site only, so that a link cannot lead a reader away. */
function ownAddress(next: string | undefined): string {
  if (next === undefined) return '/';
  const url = new URL(next, location.origin);
  return url.origin === location.origin && url.pathname !== '/login'
    ? url.pathname + url.search + url.hash
    : '/';
}
