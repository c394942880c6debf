import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { formatMicros, parseMicros } from '@swath/contracts';
import { firstIds } from '@swath/lifecycle';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriousBreaches, startBrowser, watchErrors } from './support/browser.js';
import { Product, root } from './support/product.js';

let product: Product;
let browser: Browser;
let page: Page;
let errors: string[];
let sweepId = '';
let searched = '';
let budgetId = '';

beforeAll(async () => {
  [product, browser] = await Promise.all([Product.start({ agents: [4] }), startBrowser()]);
  page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
  page.setDefaultTimeout(30_000);
  errors = watchErrors(page);
});
afterAll(async () => {
  await browser.close();
  await product.stop();
});

const payload = '<img src=x onerror="window.pwned=1">';
const spec = JSON.stringify({
  name: `live ${payload}`,
  method: 'grid',
  metric: { name: 'loss', goal: 'minimize' },
  parameters: {
    level: { values: [0.1, 0.2, 0.3, 0.4, 5, 6, 7, 8] },
    note: { value: payload },
  },
  early_terminate: { type: 'asha', min_resource: 2, reduction_factor: 2, max_resource: 20 },
  command: [process.execPath, join(root, 'test/support/rising-loss.mjs')],
  budget: { max_cost: '5' },
});

/** Whether any payload has run. */
function pwned(): Promise<unknown> {
  return page.evaluate('window.pwned');
}

async function open(path: string): Promise<void> {
  await page.goto(product.url + path);
  await page.waitForSelector('main h1');
}

async function replaceSpec(text: string): Promise<void> {
  await page.click('.cm-content');
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(text);
}

describe('the pages, in a browser', () => {
  it('refuse a wrong key and let the right one in, with a cookie that scripts cannot read', async () => {
    await page.goto(`${product.url}/default/default/sweeps`);
    await page.fill('#key', 'swk_this_is_not_a_key_of_anybody');
    await page.press('#key', 'Enter');
    await page.waitForSelector('[role=alert]');
    await page.fill('#key', product.apiKey);
    await page.press('#key', 'Enter');
    await page.waitForSelector('h1:has-text("Sweeps")');
    await page.waitForSelector('text=There is no sweep yet');
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ name: 'swath-session', httpOnly: true, sameSite: 'Strict' });
    expect(cookie?.value).not.toContain(product.apiKey);
    const loaded = await page.evaluate(
      `performance.getEntriesByType('resource').filter((e) => /\\.(js|css)$/.test(e.name)).reduce((sum, e) => sum + e.encodedBodySize, 0)`,
    );
    expect(loaded).toBeGreaterThan(50_000);
    expect(loaded).toBeLessThan(260_000);
  });

  it('refuse a write of the session that another site may have caused', async () => {
    const [cookie] = await page.context().cookies();
    const write = (headers: Record<string, string>) =>
      fetch(`${product.url}/api/v1/sweeps:plan`, {
        method: 'POST',
        headers: { cookie: `swath-session=${cookie?.value}`, 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ spec: JSON.parse(spec) }),
      }).then(({ status }) => status);
    expect(await write({})).toBe(403);
    expect(await write({ 'swath-client': 'web', origin: 'https://elsewhere.example' })).toBe(403);
    expect(await write({ 'swath-client': 'web', origin: product.url })).toBe(200);
    expect(
      await write({ 'swath-client': 'web', cookie: `swath-session=${cookie?.value.slice(0, -4)}AAAA` }),
    ).toBe(401);
  });

  it('send a strict policy, and files that may be kept for ever', async () => {
    const index = await fetch(product.url, { headers: { accept: 'text/html' } });
    expect(index.headers.get('content-security-policy')).toContain("script-src 'self';");
    expect(index.headers.get('cache-control')).toBe('no-cache');
    const html = await index.text();
    expect(html).not.toMatch(/<script(?![^>]*src=)/);
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(html)?.[1] ?? '';
    const asset = await fetch(product.url + script, { headers: { 'accept-encoding': 'br' } });
    expect(asset.headers.get('cache-control')).toContain('immutable');
    expect(asset.headers.get('content-encoding')).toBe('br');
  });

  it('check a spec as it is typed, submit it, and follow it to its end without a reload', async () => {
    await page.click('text=New sweep');
    await page.waitForSelector('.cm-content');
    await replaceSpec('method: gird\nparameters:\n  a: {values: [1]}\n');
    await page.waitForSelector('.problems li');
    expect(await page.isDisabled('text=Submit the sweep')).toBe(true);
    await replaceSpec(spec);
    await page.waitForSelector('dt:has-text("Points of the grid") + dd:has-text("8")');
    await page.click('text=Submit the sweep');
    await page.waitForURL(/sweeps\/sw_/);
    sweepId = /sw_[a-z0-9]{8}/.exec(page.url())?.[0] ?? '';
    await page.evaluate('window.notReloaded = true');
    await page.waitForSelector('.sweep-head .state-running');
    // The counts move while it runs, not only at its end.
    await page.waitForSelector(
      '.sweep-head:has(.state-running) .headline:text-matches("[1-7] trials ended")',
    );
    await page.waitForSelector('.sweep-head .state-finished', { timeout: 90_000 });
    await page.waitForSelector('.headline:has-text("8 trials ended")');
    expect(await page.evaluate('window.notReloaded')).toBe(true);
    expect(await pwned()).toBeUndefined();
  });

  it('say why a trial was stopped', async () => {
    await page.click('nav a:has-text("Decisions")');
    await page.click('[aria-label=Decisions] a >> nth=0');
    await page.waitForSelector('[data-reason]:has-text("rung")');
    expect(await page.textContent('[data-reason]')).toMatch(/stopped by asha at rung \d+ .*rank \d+ of \d+/);
  });

  it('compare three trials that were ticked in the table', async () => {
    await open(`/default/default/sweeps/${sweepId}?tab=trials&sort=value`);
    for (const number of [1, 2, 3]) await page.check(`[aria-label="Select trial ${number}"]`);
    await page.click('text=Compare 3 trials');
    await page.waitForSelector('h1:has-text("Compare 3 trials")');
    await page.waitForSelector('th:has-text("level")');
    expect(await page.locator('th[scope=row]:has-text("note")').count()).toBe(0);
  });

  it('keep brushes in the address and go back through states', async () => {
    await open(`/default/default/sweeps/${sweepId}?tab=analysis`);
    const canvas = await page.locator('canvas.chart-canvas').first().boundingBox();
    if (canvas === null) throw new Error('there is no picture');
    await page.mouse.move(canvas.x + 70, canvas.y + 60);
    await page.mouse.down();
    await page.mouse.move(canvas.x + 70, canvas.y + 200, { steps: 4 });
    await page.mouse.up();
    await page.waitForSelector('text=level brushed');
    expect(page.url()).toContain('brush=');
    await page.reload();
    await page.click('text=level brushed');
    expect(page.url()).not.toContain('brush=');
  });

  it('say which parameters mattered, what a better value costs and where the good trials lie', async () => {
    searched = await product.submit({
      name: 'searched',
      method: 'random',
      seed: 7,
      metric: { name: 'loss', goal: 'minimize' },
      parameters: {
        level: { values: [1, 2] },
        narrow: { distribution: 'uniform', min: 0, max: 5 },
        wide: { distribution: 'uniform', min: 0, max: 20 },
      },
      command: [process.execPath, join(root, 'test/support/sum-of-arguments.mjs'), '${args}'],
      budget: { max_trials: 24, max_cost: '5' },
    });
    await open(`/default/default/sweeps/${searched}?tab=analysis`);
    // No reload: the answer comes when enough trials have finished.
    await page.waitForSelector('[aria-label="Importance of parameters"] tbody tr >> nth=2', {
      timeout: 90_000,
    });
    expect(await page.textContent('[aria-label="Importance of parameters"] tbody th >> nth=0')).toBe('wide');
    await page.waitForSelector('[aria-label^="Pareto front of loss and cost"] >> text=on the front');
    await page.focus('canvas[aria-label*="by wide and narrow"]');
    await page.keyboard.press('ArrowRight');
    await page.waitForSelector('text=/\\d trials?, best loss .* wide .* narrow/');
  });

  it('show the budget owner where the money went, down to its records, and hand over the statement', async () => {
    const made = await product.request('POST', '/api/v1/budgets', {
      scope: { kind: 'project', id: firstIds.project },
      unit: 'money:USD',
      limit: '50',
      reason: payload,
    });
    budgetId = (made.body as { id: string }).id;
    await open('/-/cost');
    await page.waitForSelector('[aria-label="Budgets"] a:has-text("project")');
    await page.waitForSelector('[aria-label^="Day by day"] [role=img]');
    const figure = page.locator('tr:has-text("searched") a:has-text("usage records")');
    await figure.click();
    await page.waitForSelector('h1:has-text("Usage records of sw_")');
    expect(page.url()).toContain(`sweep=${searched}`);
    await page.waitForSelector('[aria-label="Usage records"] tbody tr >> nth=23');
    // The sum that is shown is the sum of the records that are shown, to the micro-unit.
    const cells = await page.locator('[aria-label="Usage records"] tbody td:nth-child(7)').allTextContents();
    const micros = cells.reduce((sum, cell) => sum + (parseMicros(cell.split(' ')[0] ?? '') ?? 0n), 0n);
    expect(cells).toHaveLength(24);
    expect(await page.textContent('.headline')).toContain(`for ${formatMicros(micros)} USD.`);
    await page.click('a:has-text("Cost") >> nth=1');
    await page.click('a:has-text("Statement")');
    await page.waitForSelector('h1:has-text("Statement")');
    await page.waitForSelector('[aria-label="Sums by sweep and class"] tbody tr');
    const [file] = await Promise.all([page.waitForEvent('download'), page.click('text=Its records as CSV')]);
    const text = readFileSync(await file.path(), 'utf8');
    expect(text.split('\r\n')[0]).toContain('leaseId');
    expect(text).toContain(searched);
    expect(await pwned()).toBeUndefined();
  });

  it('meet WCAG 2.2 AA as far as axe-core sees, in both themes, without running a payload or logging an error', async () => {
    const sweep = `/default/default/sweeps/${sweepId}`;
    const tabs = ['overview', 'trials', 'analysis', 'timeline', 'decisions', 'cost', 'spec', 'log'];
    const trial = ['metrics', 'logs', 'attempts', 'command'].map((tab) => `${sweep}/trials/8?tab=${tab}`);
    const paths = [
      '/default/default/sweeps',
      ...tabs.map((tab) => `${sweep}?tab=${tab}`),
      ...trial,
      `/default/default/sweeps/${searched}?tab=analysis`,
      `/default/default/compare?trials=${sweepId}:1,${sweepId}:2`,
      '/default/default/sweeps/new',
      '/-/pools',
      '/-/cost',
      '/-/cost/records',
      '/-/cost/statement',
      `/-/cost/budgets/${budgetId}`,
    ];
    const breaches: string[] = [];
    const pictures = process.env['SWATH_PICTURES'];
    if (pictures !== undefined) mkdirSync(pictures, { recursive: true });
    for (const path of paths) {
      await open(path);
      await page.waitForSelector('.skeleton', { state: 'detached' });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        for (const breach of await seriousBreaches(page)) breaches.push(`${path} ${colorScheme} ${breach}`);
        if (pictures !== undefined) {
          const name = `${path.replace(/\W+/g, '-')}-${colorScheme}.png`;
          await page.screenshot({ path: join(pictures, name), fullPage: true });
        }
      }
      expect(await pwned()).toBeUndefined();
    }
    expect(breaches).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('say that the server is gone, and go on by themselves when it is back', async () => {
    await open('/default/default/sweeps');
    await page.waitForSelector('.pill-live');
    await product.endPart('api');
    await page.waitForSelector('.pill-waiting');
    await product.startPart('api');
    await page.waitForSelector('.pill-live', { timeout: 60_000 });
    const other = await product.submit({ ...JSON.parse(spec), name: 'after the restart' });
    await page.waitForSelector('a:has-text("after the restart")');
    await product.request('POST', `/api/v1/sweeps/${other}:cancel`);
    await page.waitForSelector('.state-cancelling, .state-cancelled');
  });

  it('sign out', async () => {
    await page.click('[aria-label="Sign out"]');
    await page.waitForSelector('#key');
    await page.goto(`${product.url}/-/pools`);
    await page.waitForSelector('#key');
    expect(await page.context().cookies()).toEqual([]);
  });
});
