/** Signing in and out, and who is signed in. */
import { queryOptions, useQuery } from '@tanstack/react-query';
import { request, send, writeHeaders } from './request.js';

/** Turns an API key into a session of this browser. @throws RequestError */
export async function signIn(key: string): Promise<void> {
  await send('/auth/session', {
    method: 'POST',
    headers: { ...writeHeaders(), 'content-type': 'application/json' },
    body: JSON.stringify({ key }),
  });
}

/** Ends the session. @throws RequestError */
export async function signOut(): Promise<void> {
  await send('/auth/session', { method: 'DELETE', headers: writeHeaders() });
}

/** Who is signed in. */
export const callerQuery = queryOptions({
  queryKey: ['caller'],
  queryFn: ({ signal }) => request<'getCaller'>('GET /api/v1/me', { signal }),
  staleTime: 300_000,
});

/** Role of the reader, least first; everything from `member` on may write. */
const roles = ['viewer', 'member', 'budget_owner', 'admin'];

/** Whether the reader may do what needs `role`. */
export function useMay(role: 'member' | 'budget_owner' | 'admin'): boolean {
  const { data } = useQuery(callerQuery);
  return data !== undefined && roles.indexOf(data.role) >= roles.indexOf(role);
}
