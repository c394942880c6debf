// Does what a reader of docs/ does: saves the files that a page shows, runs its `console` blocks in order in one folder, and compares
// what comes out. In the expected output `...` stands for anything, alone in a line for any lines.
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Product, root } from './support/product.js';

const FENCE = /^```(\w+)(?: title=(\S+))?\n([\s\S]*?)^```$/gm;

interface Command {
  readonly text: string;
  readonly expected: string;
}

/** The pages that show commands with their output. */
const pages = readdirSync(join(root, 'docs')).filter((name) => {
  return name.endsWith('.md') && readFileSync(join(root, 'docs', name), 'utf8').includes('```console\n');
});

function blocksOf(page: string) {
  const text = readFileSync(join(root, 'docs', page), 'utf8');
  return [...text.matchAll(FENCE)].map(([, language = '', title, body = '']) => ({ language, title, body }));
}

/** A block's commands, each from its `$` to the next. */
function commandsOf(block: string): Command[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [text = '', ...expected] = part.split('\n');
      return { text, expected: expected.join('\n').trimEnd() };
    });
}

function patternOf(expected: string): RegExp {
  const lines = expected.split('\n').map((line) => {
    if (line === '...') return '(?:.*\\n)*?';
    const parts = line.split('...').map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
    return `${parts.join('.*')}\\n`;
  });
  return new RegExp(`^${lines.join('')}$`);
}

let product: Product;
let folder: string;
beforeAll(async () => {
  product = await Product.start({ agents: [8] });
  folder = mkdtempSync(join(tmpdir(), 'swath-docs-'));
  mkdirSync(join(folder, 'bin'));
  symlinkSync(join(root, 'apps/cli/bin/swath.mjs'), join(folder, 'bin/swath'));
});
afterAll(async () => {
  await product.stop();
  rmSync(folder, { recursive: true });
});

/** Runs a command as its reader does in one shell: variables stay from one to the next. */
function run(command: string, cwd: string): string {
  const state = join(folder, 'variables');
  writeFileSync(state, '', { flag: 'a' });
  const script = `exec 2>&1; set -a; . '${state}'; ${command}\nexport -p | grep -v ' PWD=' > '${state}'`;
  const env = {
    ...process.env,
    PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
    SWATH_HOST: product.url,
    SWATH_TOKEN: product.apiKey,
    NO_COLOR: '1',
  };
  return spawnSync('bash', ['-c', script], { cwd, env, encoding: 'utf8', timeout: 240_000 }).stdout.trim();
}

describe('what the pages show', () => {
  it('is looked at: the tutorial has commands', () => {
    expect(pages).toContain('tutorial.md');
  });

  it.each(pages)('%s: happens', (page) => {
    const cwd = mkdtempSync(join(folder, 'reader-'));
    for (const { language, title, body } of blocksOf(page)) {
      if (title !== undefined) writeFileSync(join(cwd, title), body);
      if (language !== 'console') continue;
      for (const { text, expected } of commandsOf(body)) {
        const output = run(text, cwd);
        expect({ command: text, output: `${output}\n` }).toEqual({
          command: text,
          output: expect.stringMatching(patternOf(expected)) as string,
        });
      }
    }
  });
});
