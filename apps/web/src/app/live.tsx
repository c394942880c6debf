/** Opens the event stream for the signed-in pages, closes it while the tab is hidden for long, and gives its state to the pill. */
import { createContext, useContext, useEffect, useMemo, useSyncExternalStore } from 'react';
import type { ReactNode } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { LiveCache } from '../api/live-cache.js';
import { LiveStream } from '../api/live-stream.js';
import type { LiveState } from '../api/live-stream.js';

const HIDDEN_MS = 60_000;
const Context = createContext<LiveStream | undefined>(undefined);

/** Keeps what is below it live. */
export function LiveProvider({ children }: { readonly children: ReactNode }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const stream = useMemo(() => {
    const cache = new LiveCache(client);
    return new LiveStream({
      onEvent: (event) => cache.receive(event),
      onFresh: () => cache.markAll(),
      onSignedOut: () => {
        client.clear();
        void navigate({ to: '/login', search: { next: location.pathname + location.search } });
      },
    });
  }, [client, navigate]);
  useEffect(() => {
    stream.start();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onVisibility = () => {
      clearTimeout(timer);
      if (document.hidden) timer = setTimeout(() => stream.close(), HIDDEN_MS);
      else if (stream.read().kind !== 'paused') stream.start();
    };
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisibility);
      stream.close();
    };
  }, [stream]);
  return <Context value={stream}>{children}</Context>;
}

/** State of the stream, and how to pause it and go on. */
export function useLive(): { readonly state: LiveState; readonly toggle: () => void } {
  const stream = useContext(Context);
  if (stream === undefined) throw new Error('useLive needs a LiveProvider above it');
  const state = useSyncExternalStore(stream.watch, stream.read);
  const toggle = () => (state.kind === 'paused' ? stream.start() : stream.pause());
  return { state, toggle };
}
