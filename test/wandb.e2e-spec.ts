// The unmodified wandb client against the whole product: the public conformance kit, and a script that was written for wandb
// running as a trial on a Swath agent.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Product, root } from './support/product.js';
import { clientPython, command, runKit } from './support/wandb-kit.js';

const VERSION = '0.31.0';
const CASES = 24;
/** Cases that do not pass yet, with the reason. One that begins to pass must leave this list. */
const notYet: Readonly<Record<string, string>> = {};

const SCRIPT = `
import argparse, wandb
p = argparse.ArgumentParser(); p.add_argument("--quality", type=float); a = p.parse_args()
with wandb.init() as run:
    assert run.config["quality"] == a.quality, dict(run.config)
    for i in range(4):
        run.log({"loss": a.quality + 1 / (i + 1), "big": 2**60 + i, "nan": float("nan")})
`;

/** Scripts of test/wandb, each a user's program that checks what it reads back. */
const SCRIPTS = ['runs_api', 'lives', 'artifacts_api', 'media_kinds', 'sync_ways', 'sweeps_api'];

/** Runs a script in a folder and a project of its own. */
async function runScript(
  product: Product,
  python: string,
  name: string,
): Promise<{ readonly name: string; readonly code: number | null; readonly output: string }> {
  const cwd = join(product.folder, name);
  mkdirSync(cwd);
  const own = Object.entries(process.env).filter(([key]) => !key.startsWith('WANDB'));
  const env = {
    ...Object.fromEntries(own),
    WANDB_BASE_URL: product.url,
    WANDB_API_KEY: product.apiKey,
    WANDB_PROJECT: `scripts-${name.replace('_', '-')}`,
    WANDB_SILENT: 'true',
    WANDB_ERROR_REPORTING: 'false',
    WANDB_DIR: cwd,
    HOME: cwd,
    PYTHONPATH: join(root, 'test', 'wandb'),
    PYTHONDONTWRITEBYTECODE: '1',
  };
  const { code, output } = await command(python, [join(root, 'test', 'wandb', `${name}.py`)], { cwd, env });
  return { name, code, output: output.slice(-3_000) };
}

const client = await clientPython(VERSION);
if ('missing' in client) process.stdout.write(`wandb scenarios are skipped: ${client.missing}\n`);

describe.skipIf('missing' in client)(`the wandb client ${VERSION}`, () => {
  let product: Product;
  beforeAll(async () => {
    product = await Product.start({ agents: [2] });
  });
  afterAll(async () => {
    await product.stop();
  });

  it('passes the public conformance kit', { timeout: 900_000 }, async () => {
    const { results, output } = await runKit({
      url: product.url,
      apiKey: product.apiKey,
      version: VERSION,
      results: join(product.folder, 'kit.json'),
      jobs: 4,
    });
    const failed = results
      .filter(({ status }) => status !== 'passed' && status !== 'skipped')
      .map((result) => result.case);
    expect(failed.sort(), output.slice(-20_000)).toEqual(Object.keys(notYet).sort());
    expect(results).toHaveLength(CASES);
  });

  it('serves the other things that people do with the client: edits, filters, forks, media, artifacts, offline runs, sweeps', async () => {
    if ('missing' in client) throw new Error(client.missing);
    const { python } = client;
    const ends = await Promise.all(SCRIPTS.map((name) => runScript(product, python, name)));
    expect(ends.filter(({ code }) => code !== 0)).toEqual([]);
  });

  it('reports from inside a trial to the run of that trial, exactly, and is judged by what it logs', async () => {
    if ('missing' in client) throw new Error(client.missing);
    const program = join(product.folder, 'train.py');
    writeFileSync(program, SCRIPT);
    const id = await product.submit({
      method: 'grid',
      metric: { name: 'loss', goal: 'minimize' },
      parameters: { quality: { values: [0.5, 2] } },
      command: [client.python, program, '${args}'],
    });
    const report = await product.finished(id);
    expect(report).toMatchObject({
      trials: { byState: { finished: 2 } },
      best: { value: 0.75, parameters: { quality: 0.5 } },
    });
    const body = {
      query: `query ($filters: JSONString!) { project(name: "default") { runs(filters: $filters, order: "+config.quality") { edges { node {
        name state sweepName historyLineCount history } } } } }`,
      variables: { filters: JSON.stringify({ sweep: id }) },
    };
    const answer = await fetch(`${product.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`api:${product.apiKey}`).toString('base64')}` },
      body: JSON.stringify(body),
    });
    const { data } = (await answer.json()) as {
      data: { project: { runs: { edges: { node: { state: string; history: string[] } }[] } } };
    };
    const runs = data.project.runs.edges.map(({ node }) => node);
    expect(runs.map(({ state }) => state)).toEqual(['finished', 'finished']);
    for (const { history } of runs) {
      expect(history).toHaveLength(4);
      expect(history[3]).toContain(`"big":${(2n ** 60n + 3n).toString()}`);
      expect(history[3]).toContain('"nan":NaN');
    }
  });
});
