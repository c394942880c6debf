import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSweepSpec } from '@swath/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aPlan, aReport, aSweep, aTrial, fakeApi, problem, SPEC, type FakeApi } from '../test/fake-api.js';
import { run as runOn, type CommandResult, type TestHostOptions } from '../test/host.js';

let api: FakeApi;
let cwd: string;

beforeEach(async () => {
  api = await fakeApi();
  cwd = mkdtempSync(join(tmpdir(), 'swath-cli-'));
  writeFileSync(join(cwd, 'sweep.yaml'), SPEC);
});

afterEach(async () => {
  rmSync(cwd, { recursive: true });
  await api.close();
});

function run(line: string, options: Partial<TestHostOptions> = {}): Promise<CommandResult> {
  const env = { SWATH_HOST: api.address, SWATH_TOKEN: 'swk_test', ...options.env };
  return runOn(line.split(' '), { cwd, ...options, env });
}

const SWEEP = '/api/v1/sweeps/sw_1a2b3c4d';

/** A server on which a submitted sweep runs when it is first looked at, and is as given from then on. */
function answerSubmission(
  ended = aSweep({ state: 'finished', reason: 'max_trials', endedAt: '2026-01-01T00:01:00.000Z' }),
): void {
  api.answers.set('POST /api/v1/sweeps:plan', { status: 200, body: aPlan() });
  api.answers.set('POST /api/v1/sweeps', { status: 201, body: { sweep: aSweep(), warnings: [] } });
  let look = 0;
  api.answers.set(`GET ${SWEEP}`, () => ({ status: 200, body: look++ === 0 ? aSweep() : ended }));
  api.answers.set(`GET ${SWEEP}/trials`, { status: 200, body: { data: [], nextCursor: null } });
  api.answers.set(`GET ${SWEEP}/report`, { status: 200, body: aReport() });
  api.answers.set('GET /api/v1/events', {
    events: [
      {
        name: 'sweep.finished',
        topic: 'sweep:sw_1a2b3c4d',
        at: '2026-01-01T00:01:00.000Z',
        entity: { id: 'sw_1a2b3c4d', state: 'finished', text: 'done' },
      },
    ],
  });
}

function submittedSpec(): ReturnType<typeof parseSweepSpec> {
  const request = api.seen.find(({ method, path }) => method === 'POST' && path === '/api/v1/sweeps');
  return parseSweepSpec((JSON.parse(request?.body ?? '{}') as { spec: string }).spec);
}

describe('sweep run', () => {
  it('plans, submits, follows and prints the result on standard output', async () => {
    answerSubmission();
    const { code, out, err } = await run('sweep run sweep.yaml');
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringContaining('best     trial 1: loss 0.0174'),
    });
    expect(err).toContain('plan     random, at most 4 trials, 1 parameter');
    expect(err).toContain('created  sw_1a2b3c4d (digits)');
    expect(err).toContain('sweep=sw_1a2b3c4d state=finished reason="done"');
  });

  it('prints exactly one JSON document on standard output with --json', async () => {
    answerSubmission();
    const { out } = await run('run sweep.yaml --json');
    expect(JSON.parse(out)).toEqual(aReport());
  });

  it('prints the id and does not follow with --detach', async () => {
    answerSubmission();
    const { code, out } = await run('sweep run sweep.yaml --detach');
    expect({ code, out }).toEqual({ code: 0, out: 'sw_1a2b3c4d\n' });
    expect(api.seen.some(({ path }) => path.startsWith(SWEEP))).toBe(false);
  });

  it('sends an idempotency key with a submission', async () => {
    answerSubmission();
    await run('sweep create sweep.yaml');
    expect(api.seen.at(-1)?.headers['idempotency-key']).toMatch(/^[\w-]{16,}$/);
  });

  it('changes the spec by flags, and only what they name', async () => {
    answerSubmission();
    await run(
      'sweep create sweep.yaml --max-cost 12.5 --max-trials 9 --pool a100 --name nine --tag x --tag y --set parameters.lr.max=2.0',
    );
    expect(submittedSpec()).toMatchObject({
      ok: true,
      spec: {
        name: 'nine',
        tags: ['x', 'y'],
        budget: { max_trials: 9, max_cost: '12.5' },
        resources: { pool: 'a100' },
        parameters: { lr: { distribution: 'uniform', min: 0, max: 2 } },
      },
    });
  });

  it.each([
    ['the folder of the file when the spec names none', '', () => cwd],
    [
      'the folder of the command line when it is relative',
      'working_dir: models\n',
      () => join(cwd, 'models'),
    ],
    ['itself when it is absolute', 'working_dir: /data\n', () => '/data'],
  ])('makes working_dir absolute: %s', async (_title, line, folder) => {
    answerSubmission();
    writeFileSync(join(cwd, 'sweep.yaml'), SPEC + line);
    await run('sweep create sweep.yaml');
    expect(submittedSpec()).toMatchObject({ ok: true, spec: { working_dir: folder() } });
  });

  it('reads a spec from standard input', async () => {
    answerSubmission();
    expect(await run('sweep create -', { stdin: SPEC })).toMatchObject({ code: 0, out: 'sw_1a2b3c4d\n' });
  });

  it('ends with 3 when no trial finished', async () => {
    answerSubmission();
    api.answers.set(`GET ${SWEEP}/report`, {
      status: 200,
      body: aReport({ best: null, trials: { total: 4, byState: { failed: 4 } } }),
    });
    const { code, err } = await run('sweep run sweep.yaml');
    expect(code).toBe(3);
    expect(err).toContain(
      'error: the sweep ended as finished without a finished trial: max_trials of 4 reached (sweep/no-result)',
    );
  });

  it('detaches on Ctrl-C, says how to stop, and ends with 130', async () => {
    answerSubmission(aSweep());
    const { code, err } = await run('sweep run sweep.yaml', { interrupt: AbortSignal.abort() });
    expect(code).toBe(130);
    expect(err).toContain('swath sweep cancel sw_1a2b3c4d');
    expect(api.seen.some(({ path }) => /:(cancel|stop|pause)/.test(path))).toBe(false);
  });

  it('repaints a block in a terminal', async () => {
    answerSubmission();
    const { block, err } = await run('sweep run sweep.yaml', { isTTY: true, columns: 100 });
    expect(block[0]).toMatch(/^\[########\.{8}\] 2\/4 .*best loss 0.0174 \(#1\)/);
    expect(err).not.toContain('state=finished');
  });

  it('never asks without a terminal, and names the flag', async () => {
    answerSubmission();
    answerUnboundedPlan();
    writeFileSync(join(cwd, 'sweep.yaml'), SPEC.replace(/budget.*/, ''));
    const { code, err } = await run('sweep run sweep.yaml');
    expect(code).toBe(2);
    expect(err).toContain('hint: give --max-trials N or --max-cost AMOUNT, or --yes');
    expect(await run('sweep run sweep.yaml --yes --detach')).toMatchObject({ code: 0 });
  });

  it('asks nothing about a grid, which ends by itself', async () => {
    answerSubmission();
    writeFileSync(join(cwd, 'sweep.yaml'), SPEC.replace(/budget.*/, ''));
    expect(await run('sweep run sweep.yaml --detach')).toMatchObject({ code: 0 });
  });

  it('takes yes for an answer in a terminal', async () => {
    answerSubmission();
    answerUnboundedPlan();
    writeFileSync(join(cwd, 'sweep.yaml'), SPEC.replace(/budget.*/, ''));
    expect(await run('sweep run sweep.yaml --detach', { isTTY: true, stdin: 'y' })).toMatchObject({
      code: 0,
    });
    expect(await run('sweep run sweep.yaml --detach', { isTTY: true, stdin: '' })).toMatchObject({ code: 1 });
  });
});

function answerUnboundedPlan(): void {
  const body = aPlan({ trials: { max: null, gridSize: null } });
  api.answers.set('POST /api/v1/sweeps:plan', { status: 200, body });
}

describe('a spec with mistakes', () => {
  it('is refused before anything is sent, each with line, column and caret', async () => {
    writeFileSync(join(cwd, 'sweep.yaml'), `${SPEC}budgt: {}\nrun_cap: none\n`);
    const { code, err } = await run('sweep plan sweep.yaml');
    expect(code).toBe(2);
    expect(err).toContain('error: sweep.yaml has 2 problems (spec/invalid)');
    expect(err).toContain(
      '  sweep.yaml:7:1  /budgt: "budgt" is not a key of a sweep. Did you mean "budget"?\n      7 | budgt: {}\n        | ^',
    );
    expect(api.seen).toEqual([]);
  });

  it('shows the line also for what only the server finds', async () => {
    const errors = [{ pointer: '/parameters/lr/max', code: 'spec/search-space', detail: 'too large' }];
    api.answers.set('POST /api/v1/sweeps:plan', {
      status: 422,
      body: problem(422, 'spec/invalid', 'the spec has one problem', errors),
    });
    const { code, err } = await run('sweep plan sweep.yaml');
    expect(code).toBe(2);
    expect(err).toContain(
      '  sweep.yaml:5:24  /parameters/lr/max: too large\n      5 |   lr: { min: 0.0, max: 1.0 }\n        |                        ^',
    );
  });
});

describe('sweep plan', () => {
  it('shows size, price, bound and the first commands, and writes nothing', async () => {
    const maxCost = { amount: '2.000000', currency: 'USD' };
    const plan = aPlan({ maxCost, bound: { amount: maxCost, by: 'budget.max_cost' } });
    api.answers.set('POST /api/v1/sweeps:plan', { status: 200, body: plan });
    const { code, out } = await run('sweep plan sweep.yaml');
    expect(code).toBe(0);
    expect(out).toContain('pool     local, 8 slots, $0.36 a slot and hour');
    expect(out).toContain('cost     at most $2.00 (budget.max_cost)');
    expect(out).toContain('2 commands like those it will run');
    expect(out.match(/^ {2}\/usr\/bin\/env python train\.py --lr=0\.\d+$/gm)).toHaveLength(2);
    expect(api.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /api/v1/sweeps:plan']);
  });

  it('shows what earlier sweeps of the name cost', async () => {
    const estimate = {
      p50: { amount: '0.010800', currency: 'USD' },
      p90: { amount: '0.020000', currency: 'USD' },
      basis: '3 finished trials of sw_1a2b3c4d',
    };
    api.answers.set('POST /api/v1/sweeps:plan', { status: 200, body: aPlan({ estimate }) });
    const { out } = await run('sweep plan sweep.yaml');
    expect(out).toMatch(
      /^cost {5}about \$0\.01\d* to \$0\.02 \(p50 to p90, from 3 finished trials of sw_1a2b3c4d\)$/m,
    );
  });
});

describe('sweep wait', () => {
  it.each([
    ['a condition that is met', '--for best<0.02', aSweep(), 0],
    ['an ended sweep that never met it', '--for best<0.01', aSweep({ state: 'finished' }), 3],
    ['a timeout', '--for trials>=100 --timeout 1s', aSweep(), 124],
  ])('ends by %s', async (_title, flags, sweep, expected) => {
    answerSubmission(sweep);
    expect(await run(`sweep wait sw_1a2b3c4d ${flags}`)).toMatchObject({ code: expected });
  });
});

describe('sweep watch --json', () => {
  it('prints each event as a line of JSON', async () => {
    answerSubmission();
    const { out } = await run('sweep watch sw_1a2b3c4d --json');
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { name: string }).name),
    ).toEqual(['sweep.finished']);
  });
});

describe('errors of the server', () => {
  it.each([
    [400, 'request/invalid', 2],
    [401, 'auth/invalid', 4],
    [403, 'auth/forbidden', 4],
    [404, 'sweep/not-found', 5],
    [409, 'sweep/state', 6],
    [422, 'spec/invalid', 2],
    [423, 'budget/insufficient', 7],
    [429, 'rate/limited', 8],
    [500, 'internal/unexpected', 1],
    [503, 'server/unavailable', 8],
  ])('ends with the code for HTTP %i', async (status, code, expected) => {
    api.answers.set(`GET ${SWEEP}`, { status, body: problem(status, code, 'it went wrong') });
    const result = await run('sweep get sw_1a2b3c4d');
    expect(result).toMatchObject({ code: expected, out: '' });
    expect(result.err).toBe(`error: it went wrong (${code})\nhint: What to do.\ntrace: 4bf9\n`);
  });

  it('ends with 8 when nothing listens', async () => {
    await api.close();
    const { code, err } = await run('sweep list');
    expect(code).toBe(8);
    expect(err).toMatch(
      /^error: http:\/\/127\.0\.0\.1:\d+ cannot be reached: connect ECONNREFUSED .*\(server\/unreachable\)\nhint: check that the server runs/,
    );
    api = await fakeApi();
  });

  it('says so when something else answers', async () => {
    api.answers.set(`GET ${SWEEP}`, { status: 418, body: '<html>' });
    expect((await run('sweep get sw_1a2b3c4d')).err).toContain("an answer that is not Swath's");
  });
});

describe('mistakes on the command line', () => {
  it.each([
    ['swep list', 'error: unknown command "swep" (cli/usage)\nhint: did you mean sweep?\n'],
    ['sweep lst', 'error: unknown command "lst" (cli/usage)\nhint: did you mean list or ls?\n'],
    ['sweep list --stat x', 'error: unknown option "--stat" (cli/usage)\nhint: did you mean --state?\n'],
    ['sweep get', 'error: missing required argument "sweep" (cli/usage)\nhint: swath help sweep get\n'],
    [
      'sweep get tr_1a2b3c4d-1',
      'error: "tr_1a2b3c4d-1" is not a sweep id such as sw_1a2b3c4d (cli/usage)\nhint: swath sweep list shows the ids\n',
    ],
    [
      'sweep plan none.yaml',
      'error: none.yaml cannot be read: there is no such file (spec/unreadable)\nhint: swath sweep init writes an example spec\n',
    ],
    [
      'sweep requeue sw_1a2b3c4d',
      'error: which trials? (cli/usage)\nhint: swath sweep requeue sw_1a2b3c4d --failed\n',
    ],
  ])('%s: ends with 2 and says what was meant', async (line, err) => {
    expect(await run(line)).toEqual({ code: 2, out: '', err, block: [] });
  });
});

describe('lists', () => {
  it('reads on until the limit and prints the shape of the API with --json', async () => {
    api.answers.set(`GET ${SWEEP}/trials`, ({ path }) => {
      const isFirst = !path.includes('cursor=');
      return {
        status: 200,
        body: { data: [aTrial({ number: isFirst ? 1 : 2 })], nextCursor: isFirst ? 'c2' : null },
      };
    });
    const { out } = await run('trial list sw_1a2b3c4d --json=number,cost.amount');
    expect(JSON.parse(out)).toEqual({
      data: [1, 2].map((number) => ({ number, 'cost.amount': '0.004950' })),
      nextCursor: null,
    });
  });

  it('names the fields there are when one is asked for that is not', async () => {
    api.answers.set(`GET ${SWEEP}`, { status: 200, body: aSweep() });
    expect(await run('sweep get sw_1a2b3c4d --json=bst')).toMatchObject({
      code: 2,
      err: expect.stringContaining('hint: fields here: id, name'),
    });
  });

  it('leaves standard output empty when there is nothing', async () => {
    api.answers.set('GET /api/v1/sweeps', { status: 200, body: { data: [], nextCursor: null } });
    expect(await run('sweep ls')).toMatchObject({
      code: 0,
      out: '',
      err: expect.stringContaining('no sweeps'),
    });
  });
});

describe('sweep pause|resume|stop|cancel', () => {
  it('asks for every sweep, also after a failure', async () => {
    api.answers.set('POST /api/v1/sweeps/sw_aaaaaaaa:pause', {
      status: 409,
      body: problem(409, 'sweep/state', 'it is finished'),
    });
    api.answers.set(`POST ${SWEEP}:pause`, { status: 200, body: aSweep({ state: 'paused' }) });
    const { code, out, err } = await run('sweep pause sw_aaaaaaaa sw_1a2b3c4d');
    expect({ code, err }).toMatchObject({ code: 6, err: expect.stringContaining('it is finished') });
    expect(out).toContain('sw_1a2b3c4d  paused');
  });
});

describe('trial logs -f', () => {
  it('goes on until the trial has ended and its last line is printed', async () => {
    const states = ['running', 'finished'] as const;
    let look = 0;
    const line = (number: number) => ({
      line: number,
      attempt: 1,
      stream: 'stdout',
      offsetMs: 0,
      text: `line ${number}`,
    });
    api.answers.set('GET /api/v1/trials/tr_1a2b3c4d-1', () => ({
      status: 200,
      body: aTrial({ state: states[Math.min(look++, 1)] }),
    }));
    api.answers.set('GET /api/v1/trials/tr_1a2b3c4d-1/logs', ({ path }) => {
      const from = Number(new URL(path, 'http://x').searchParams.get('from'));
      return { status: 200, body: { lines: [line(from)], next: from + 1 } };
    });
    expect(await run('trial logs tr_1a2b3c4d-1 -f')).toMatchObject({ code: 0, out: 'line 0\nline 1\n' });
  });
});

describe('sweep enqueue', () => {
  it('sends numbers as numbers and text as text', async () => {
    api.answers.set(`GET ${SWEEP}`, { status: 200, body: aSweep() });
    api.answers.set(`POST ${SWEEP}:enqueue`, { status: 201, body: aTrial() });
    expect(await run('sweep enqueue sw_1a2b3c4d lr=0.01 opt.name=adam')).toMatchObject({ code: 0 });
    expect(JSON.parse(api.seen.at(-1)?.body ?? '')).toEqual({
      parameters: { lr: 0.01, opt: { name: 'adam' } },
    });
  });
});

describe('api', () => {
  it('sends fields in the body of a POST and in the query of a GET', async () => {
    api.answers.set('GET /api/v1/sweeps', { status: 200, body: { data: [] } });
    api.answers.set(`POST ${SWEEP}:resize`, { status: 200, body: {} });
    expect(await run('api get sweeps -f limit=2 -f state=running')).toMatchObject({
      code: 0,
      out: '{"data":[]}\n',
    });
    expect(api.seen.at(-1)?.path).toBe('/api/v1/sweeps?limit=2&state=running');
    await run('api POST /sweeps/sw_1a2b3c4d:resize -f parallel=4');
    expect(api.seen.at(-1)?.body).toBe('{"parallel":4}');
  });

  it('prints the problem as data and ends with its code', async () => {
    expect(await run('api GET /nothing')).toMatchObject({
      code: 5,
      out: expect.stringContaining('route/not-found'),
    });
  });
});

describe('login', () => {
  it('stores a key that the server accepts, for its host only, in a file that only the user can read', async () => {
    api.answers.set('GET /api/v1/me', ({ headers }) =>
      headers.authorization === 'Bearer swk_good_key'
        ? { status: 200, body: { kind: 'user', id: 'us_1', orgId: 'og_1', projectId: 'pj_1', role: 'admin' } }
        : { status: 401, body: problem(401, 'auth/invalid', 'no') },
    );
    const bare = { env: { SWATH_TOKEN: '', SWATH_HOST: '' } };
    expect(
      await run(`login --token-stdin --host ${api.address}`, { ...bare, stdin: 'swk_bad_key\n' }),
    ).toMatchObject({ code: 4 });
    expect(
      await run(`login --token-stdin --host ${api.address}`, { ...bare, stdin: 'swk_good_key\n' }),
    ).toMatchObject({ code: 0 });
    const file = join(cwd, '.config/swath/config.toml');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await run('whoami', bare)).toMatchObject({
      code: 0,
      out: `user us_1, admin of pj_1 on ${api.address}\n`,
    });
    expect(await run('whoami --host http://other.example', bare)).toMatchObject({
      code: 4,
      err: expect.stringContaining('no API key for http://other.example'),
    });
    expect(await run('logout', bare)).toMatchObject({ code: 0 });
    expect(readFileSync(file, 'utf8')).not.toContain('swk_good_key');
  });
});

describe('sweep init', () => {
  it('writes a spec that is valid, and never over a file', async () => {
    expect(await run('sweep init new.yaml')).toMatchObject({ code: 0, out: '' });
    expect(parseSweepSpec(readFileSync(join(cwd, 'new.yaml'), 'utf8'))).toMatchObject({
      ok: true,
      warnings: [],
    });
    expect(await run('sweep init new.yaml')).toMatchObject({ code: 6 });
  });
});

describe('help', () => {
  it.each(['spec', 'filters', 'exit-codes', 'env', 'sweep run', 'trial'])(
    'has a page about %s',
    async (topic) => {
      const { code, out } = await run(`help ${topic}`);
      expect(code).toBe(0);
      expect(out.split('\n').length).toBeGreaterThan(5);
    },
  );

  it('says so when there is none', async () => {
    expect(await run('help nothing')).toMatchObject({
      code: 2,
      err: expect.stringContaining('no command or topic "nothing"'),
    });
  });
});

describe('sweep clone and export', () => {
  it('submits the text of a sweep again with what the flags change', async () => {
    answerSubmission();
    const { code, out } = await run('sweep clone sw_1a2b3c4d --max-trials 9 --name again');
    expect({ code, out }).toEqual({ code: 0, out: 'sw_1a2b3c4d\n' });
    expect(submittedSpec()).toMatchObject({ ok: true, spec: { name: 'again', budget: { max_trials: 9 } } });
    expect(api.seen.at(-1)?.body).toContain('# as ever');
  });

  it('prints every trial of every page with a column for each parameter', async () => {
    const second = aTrial({
      id: 'tr_1a2b3c4d-2',
      parameters: { net: { depth: 3 }, 'odd,name': '"x"' },
      value: null,
    });
    api.answers.set(`GET ${SWEEP}/trials`, ({ path }) => ({
      status: 200,
      body: path.includes('cursor=two')
        ? { data: [second], nextCursor: null }
        : { data: [aTrial()], nextCursor: 'two' },
    }));
    const { code, out } = await run('sweep export sw_1a2b3c4d');
    const lines = out.trim().split('\r\n');
    expect(code).toBe(0);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toContain('parameter.lr,parameter.net.depth,"parameter.odd,name"');
    expect(lines[1]).toContain('tr_1a2b3c4d-1,1,finished,0.0174,0.0174,0.1,,,27');
    expect(lines[2]).toContain(',3,\"\"\"x\"\"\",');
  });
});

describe('completion', () => {
  it.each([
    ['', 'sweep'],
    ['swe', 'sweep'],
    ['sweep pa', 'pause'],
    ['sweep list --fo', '--format'],
    ['sweep list --format c', 'csv'],
    ['completion f', ''],
  ])('offers after "%s" what the tree has there', async (line, word) => {
    const { code, out } = await runOn(['__complete', '--', ...line.split(' ')], { cwd, env: {} });
    expect(code).toBe(0);
    expect(out.split('\n')).toContain(word);
    expect(out).not.toContain('__complete');
  });

  it('offers the ids of sweeps where a sweep is meant, and nothing when the server cannot be asked', async () => {
    api.answers.set('GET /api/v1/sweeps', { status: 200, body: { data: [aSweep()], nextCursor: null } });
    expect((await run('__complete -- sweep get sw_')).out).toBe('sw_1a2b3c4d\n');
    expect(await run('__complete -- sweep get sw_', { env: { SWATH_TOKEN: '' } })).toMatchObject({
      code: 0,
      out: '',
    });
  });

  it.each(['bash', 'zsh', 'fish'])('prints a script for %s', async (shell) => {
    expect((await run(`completion ${shell}`)).out).toContain('swath __complete --');
  });
});
