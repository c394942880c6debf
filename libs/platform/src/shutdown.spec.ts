import { describe, expect, it } from 'vitest';
import { Shutdown, type ShutdownHost } from './shutdown.js';

function aHost() {
  const listeners = new Map<string, () => void>();
  const exits: number[] = [];
  const problems: string[] = [];
  const time = { ms: 0 };
  const host: ShutdownHost = {
    on: (signal, listener) => listeners.set(signal, listener),
    exit: (code) => exits.push(code),
    monotonicMs: () => time.ms,
    report: (problem) => problems.push(problem),
  };
  return { host, time, exits, problems, send: (signal: string) => listeners.get(signal)?.() };
}

describe('Shutdown', () => {
  it('runs the hooks one after the other, last added first, then exits with 0', async () => {
    const { host, exits } = aHost();
    const shutdown = new Shutdown(host);
    const order: string[] = [];
    for (const name of ['database', 'server']) {
      shutdown.add({
        name,
        run: async () => {
          order.push(`${name} begins`);
          await Promise.resolve();
          order.push(`${name} ends`);
        },
      });
    }
    await shutdown.end();
    expect(order).toEqual(['server begins', 'server ends', 'database begins', 'database ends']);
    expect(exits).toEqual([0]);
  });

  it('goes on after a hook that fails or never returns, reports it and exits with 1', async () => {
    const { host, exits, problems } = aHost();
    const shutdown = new Shutdown(host);
    let closed = false;
    shutdown.add({ name: 'last', run: () => void (closed = true) });
    shutdown.add({ name: 'hanging', run: () => new Promise(() => {}), deadlineMs: 1 });
    shutdown.add({ name: 'failing', run: () => Promise.reject(new Error('no')) });
    await shutdown.end();
    expect(closed).toBe(true);
    expect(problems).toEqual(['failing did not close cleanly', 'hanging did not close cleanly']);
    expect(exits).toEqual([1]);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('ends at once on a second %s, but not on the same one delivered twice', (signal, code) => {
    const { host, time, exits, send } = aHost();
    const shutdown = new Shutdown(host);
    shutdown.add({ name: 'hanging', run: () => new Promise(() => {}), deadlineMs: 60_000 });
    send(signal);
    send(signal);
    expect(exits).toEqual([]);
    time.ms = 1_000;
    send(signal);
    expect(exits).toEqual([code]);
  });
});
