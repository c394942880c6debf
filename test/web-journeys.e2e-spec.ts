import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { firstIds } from '@swath/lifecycle';
import { startBrowser, watchErrors } from './support/browser.js';
import { payloads } from './support/payloads.js';
import { Product, root } from './support/product.js';

let product: Product;
let browser: Browser;
let page: Page;
let errors: string[];

beforeAll(async () => {
  [product, browser] = await Promise.all([Product.start({ agents: [4] }), startBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await product.stop();
});
beforeEach(async () => {
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(30_000);
  errors = watchErrors(page);
});

/** More presses than a page has stops: the place cannot be reached. */
const MOST_TABS = 150;

interface Focusable {
  readonly ownerDocument: { readonly activeElement: unknown };
}

/** Goes on by Tab until the first match of a selector has the focus. */
async function tabTo(selector: string): Promise<void> {
  const target = page.locator(selector).first();
  await target.waitFor();
  for (let presses = 0; presses < MOST_TABS; presses += 1) {
    if (await target.evaluate((element: Focusable) => element.ownerDocument.activeElement === element))
      return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`${selector} cannot be reached by Tab`);
}

async function choose(selector: string): Promise<void> {
  await tabTo(selector);
  await page.keyboard.press('Enter');
}

async function signIn(): Promise<void> {
  await page.goto(`${product.url}/default/default/sweeps`);
  await tabTo('#key');
  await page.keyboard.insertText(product.apiKey);
  await page.keyboard.press('Enter');
  await page.waitForSelector('h1:has-text("Sweeps")');
}

const spec = JSON.stringify({
  name: 'by keyboard',
  method: 'grid',
  metric: { name: 'loss', goal: 'minimize' },
  parameters: { level: { values: [0.1, 0.2, 0.3, 0.4, 5, 6, 7, 8] } },
  early_terminate: { type: 'asha', min_resource: 2, reduction_factor: 2, max_resource: 20 },
  command: [process.execPath, join(root, 'test/support/rising-loss.mjs')],
  budget: { max_cost: '5' },
});

describe('a person without a mouse', () => {
  it('submits a sweep, watches it, reads why a trial was stopped, compares three, and takes the records of its cost', async () => {
    await signIn();
    await page.keyboard.press('n');
    await tabTo('.cm-content');
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(spec);
    await page.waitForSelector('dt:has-text("Points of the grid") + dd:has-text("8")');
    await page.keyboard.press('Escape');
    await choose('button:has-text("Submit the sweep")');
    await page.waitForURL(/sweeps\/sw_/);
    await page.waitForSelector('.sweep-head .state-finished', { timeout: 90_000 });
    await choose('nav a:has-text("Decisions")');
    await choose('[aria-label=Decisions] a');
    await page.waitForSelector('[data-reason]:has-text("rung")');
    await choose('main a:has-text("by keyboard")');
    await choose('nav a:has-text("Trials")');
    for (const number of [1, 2, 3]) {
      await tabTo(`[aria-label="Select trial ${number}"]`);
      await page.keyboard.press('Space');
    }
    await choose('text=Compare 3 trials');
    await page.waitForSelector('h1:has-text("Compare 3 trials")');
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.waitForSelector('h1:has-text("Cost")');
    await choose('tr:has-text("by keyboard") a:has-text("usage records")');
    await page.waitForSelector('[aria-label="Usage records"] tbody tr >> nth=7');
    await tabTo('main button:has-text("CSV")');
    const [file] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
    expect(
      readFileSync(await file.path(), 'utf8')
        .trim()
        .split('\r\n'),
    ).toHaveLength(9);
    expect(errors).toEqual([]);
  });
});

describe('texts of strangers', () => {
  it('run nowhere, in whatever field they stand', async () => {
    await signIn();
    const hostile = Object.fromEntries(payloads.map((payload, index) => [`p${index}`, { value: payload }]));
    const sweepId = await product.submit({
      name: payloads[1],
      description: payloads[0],
      method: 'grid',
      metric: { name: 'loss', goal: 'minimize' },
      parameters: { level: { values: [1, 2] }, ...hostile },
      command: [process.execPath, join(root, 'test/support/hostile-output.mjs')],
      budget: { max_cost: '5' },
    });
    for (const name of payloads) {
      const other = await product.submit({ ...JSON.parse(spec), name });
      await product.request('POST', `/api/v1/sweeps/${other}:cancel`);
    }
    const budget = await product.request('POST', '/api/v1/budgets', {
      ...{ scope: { kind: 'project', id: firstIds.project }, unit: 'money:USD', limit: '50' },
      reason: payloads.join(' ').slice(0, 500),
    });
    await product.finished(sweepId);
    const sweep = `/default/default/sweeps/${sweepId}`;
    const tabs = ['overview', 'trials', 'analysis', 'timeline', 'decisions', 'cost', 'spec', 'log'];
    const paths = [
      '/default/default/sweeps',
      ...tabs.map((tab) => `${sweep}?tab=${tab}`),
      ...['metrics', 'logs', 'attempts', 'command'].map((tab) => `${sweep}/trials/1?tab=${tab}`),
      `/default/default/compare?trials=${sweepId}:1,${sweepId}:2&all=1`,
      `/default/default/sweeps/new?from=${sweepId}`,
      ...['/-/pools', '/-/cost', '/-/cost/records', '/-/cost/statement'],
      `/-/cost/budgets/${(budget.body as { id: string }).id}`,
      // Addresses are text of strangers too.
      ...payloads.map((payload) => `/default/default/sweeps?q=${encodeURIComponent(payload)}`),
      ...payloads.slice(0, 3).map((payload) => `/${encodeURIComponent(payload)}/x/sweeps`),
    ];
    for (const path of paths) {
      await page.goto(product.url + path);
      await page.waitForSelector('main h1');
      await page.waitForSelector('.skeleton', { state: 'detached' });
      const pictures = process.env['SWATH_PICTURES'];
      if (pictures !== undefined)
        await page.screenshot({ path: join(pictures, `${paths.indexOf(path)}.png`) });
      expect(await page.evaluate('window.pwned'), path).toBeUndefined();
      const made =
        'main img[src=x], main iframe, main details[ontoggle], main a[href^="javascript:"], [onmouseover]';
      expect(await page.locator(made).count(), path).toBe(0);
    }
    expect(errors).toEqual([]);
  });
});
