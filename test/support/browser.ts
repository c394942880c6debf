// A headless Chromium for scenarios in the web pages. Debian's package `chromium` is enough; SWATH_CHROMIUM names another one.
import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright-core';

/** Starts the browser. */
export async function startBrowser(): Promise<Browser> {
  const candidates = [
    process.env['SWATH_CHROMIUM'],
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
  ];
  const executablePath = candidates.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) {
    throw new Error(
      'The tests of the pages need Chromium: apt-get install chromium, or set SWATH_CHROMIUM to its path.',
    );
  }
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** What went wrong in a page: script errors, and errors on the console that a person would see there. */
export function watchErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
  page.on('console', (message) => {
    // Chromium logs every 4xx answer; a wrong key and a spec that is being typed are answered so on purpose.
    const isExpected = /status of (401|422)/.test(message.text());
    if (message.type() === 'error' && !isExpected) errors.push(message.text());
  });
  return errors;
}

/** Breaches of WCAG 2.2 A and AA that axe-core calls serious or critical, one line each. */
export async function seriousBreaches(page: Page): Promise<string[]> {
  // Evaluated by the debugger: the page's own policy forbids a script tag.
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const runner = (
      globalThis as unknown as { axe: { run: (context: unknown, options: unknown) => Promise<AxeResult> } }
    ).axe;
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    const { violations } = await runner.run('html', { runOnly: { type: 'tag', values: tags } });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
  });
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}
