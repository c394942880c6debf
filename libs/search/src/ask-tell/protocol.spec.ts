import type { Json } from '@swath/contracts';
import { describe, expect, it } from 'vitest';
import { AskTellSession } from './protocol.js';

const init = {
  op: 'init',
  space: { x: { min: 0.5, max: 1.5 }, n: { min: 1, max: 4 }, c: { values: [true, null, 0] } },
  metric: { name: 'y', goal: 'maximize' },
  method: 'bayes',
  seed: 7,
  parallel: 2,
  budget: 20,
};

type Asked = { trials: { id: string; params: { x: number; n: number } }[]; done?: boolean };

function ask(session: AskTellSession, n = 1): Asked {
  return session.answer({ op: 'ask', n }) as unknown as Asked;
}

describe('the ask/tell protocol', () => {
  it('gives the same trials to the same requests in another session, and after a new init', () => {
    const play = (session: AskTellSession) => {
      session.answer(init);
      const log: Json[] = [];
      for (let i = 0; i < 20; i++) {
        const { trials } = ask(session);
        log.push(JSON.stringify(trials));
        const { id, params } = trials[0];
        session.answer({
          op: 'tell',
          id,
          status: 'finished',
          value: -((params.x - 1) ** 2) - params.n,
          seconds: 1,
        });
      }
      return log;
    };
    const session = new AskTellSession();
    const first = play(session);
    expect(play(session)).toEqual(first);
    expect(play(new AskTellSession())).toEqual(first);
  });

  it('learns from trials that it did not issue', () => {
    const session = new AskTellSession();
    session.answer(init);
    for (let i = 0; i < 12; i++) {
      const params = { x: i / 8, n: 1 + (i % 4), c: null };
      expect(session.answer({ op: 'tell', id: `old-${i}`, params, status: 'finished', value: i })).toEqual({
        ok: true,
      });
    }
    expect(ask(session, 2).trials.map(({ id }) => id)).toEqual(['t0', 't1']);
  });

  it('tells 0.0 from 0: a bound with a point makes a continuous parameter', () => {
    const session = new AskTellSession();
    const space =
      '{"x":{"min":0.0,"max":1.0},"n":{"min":0,"max":1},"u":{"min":1e0,"max":9e0},"s":{"values":["min",1.0]}}';
    const start = `{"op":"init","space":${space},"metric":{"name":"y"},"method":"random","seed":1}`;
    expect(session.answerLine(start)).toBe('{"ok":true}');
    const { trials } = JSON.parse(session.answerLine('{"op":"ask","n":5}')) as {
      trials: { params: Record<string, Json> }[];
    };
    expect(
      trials.every(({ params }) => !Number.isInteger(params['x']) && !Number.isInteger(params['u'])),
    ).toBe(true);
    expect(trials.every(({ params }) => Number.isInteger(params['n']))).toBe(true);
    expect(trials.every(({ params }) => params['s'] === 1 || params['s'] === 'min')).toBe(true);
    expect(session.answerLine('{"op":')).toContain('not a JSON line');
  });

  it('ends when the space is exhausted', () => {
    const session = new AskTellSession();
    session.answer({ ...init, method: 'grid', space: { a: { values: [1, 2] } } });
    expect(ask(session, 3).trials).toHaveLength(2);
    expect(session.answer({ op: 'ask', n: 1 })).toEqual({ trials: [], done: true });
  });

  it('stops the worst of the trials at a rung', () => {
    const session = new AskTellSession();
    session.answer({ ...init, budget: null, early_stopping: { type: 'asha', max_steps: 27 } });
    const { trials } = ask(session, 6);
    const decisions = trials.map(({ id }, rank) =>
      session.answer({ op: 'report', id, step: 1, value: -rank }),
    );
    expect(decisions.at(-1)).toEqual({ decision: 'stop' });
    expect(decisions[0]).toEqual({ decision: 'continue' });
    expect(
      session.answer({ op: 'tell', id: trials[5].id, status: 'pruned', value: -5, curve: [[1, -5]] }),
    ).toEqual({ ok: true });
  });

  it.each<[string, Json, string]>([
    ['asking before init', { op: 'ask' }, 'send init first'],
    ['an unknown operation', { op: 'jump' }, 'must be init, ask, tell or report'],
    ['a method that does not exist', { ...init, method: 'luck' }, 'method: "luck" must be one of'],
    ['a space that cannot be read', { ...init, space: { x: { min: 'a' } } }, 'x: must have'],
    [
      'bounds the wrong way round',
      { ...init, space: { x: { min: 2.5, max: 1.5 } } },
      'x.min: 2.5 must be below max',
    ],
  ])('refuses %s, saying what to do', (_, request, message) => {
    const answer = new AskTellSession().answer(request);
    expect(JSON.stringify(answer)).toContain(JSON.stringify(message).slice(1, -1));
  });

  it('refuses a second end of a trial and reports without early stopping', () => {
    const session = new AskTellSession();
    session.answer(init);
    const { id } = ask(session).trials[0];
    expect(session.answer({ op: 'report', id, step: 1, value: 1 })).toHaveProperty('error');
    session.answer({ op: 'tell', id, status: 'failed', value: null });
    expect(session.answer({ op: 'tell', id, status: 'failed', value: null })).toHaveProperty('error');
    expect(session.answer({ op: 'ask', n: 0 })).toHaveProperty('error');
  });
});
