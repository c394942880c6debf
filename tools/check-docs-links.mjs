// Checks that every relative link and every `path/like/this.ts` in the Markdown pages leads to a file, and every #anchor
// to a heading. `npm run check` calls it; tools/rules.spec.ts calls `brokenLinks`. External addresses are not fetched.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const LINK = /\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g;
const EXTERNAL = /^[a-z][a-z+.-]*:/i;
const CODE_PATH =
  /`((?:apps|libs|workflows|docs|tools|test|examples)\/[\w./-]+\.(?:ts|tsx|mjs|js|py|md|json|yaml|yml|sql))`/g;

/** @param {string} text a page without its fenced code */
function headings(text) {
  const seen = new Map();
  const anchors = new Set();
  for (const [, title = ''] of text.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const slug = title
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    anchors.add(count === 0 ? slug : `${slug}-${count}`);
  }
  for (const [, id] of text.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)) anchors.add(id);
  return anchors;
}

/** @param {string} text */
const withoutFences = (text) => text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '');

/**
 * Whether a relative link target leads nowhere.
 *
 * @param {string} root
 * @param {string} page path of the page, relative to `root`
 * @param {string} target `path`, `path#anchor` or `#anchor`
 */
function isBroken(root, page, target) {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? join(root, page) : resolve(root, dirname(page), decodeURIComponent(path));
  if (relative(root, file).startsWith('..') || !existsSync(file)) return true;
  if (anchor === undefined || !file.endsWith('.md')) return false;
  return !headings(withoutFences(readFileSync(file, 'utf8'))).has(anchor);
}

/**
 * Every broken link of the given pages, as `page: target`.
 *
 * @param {string} root
 * @param {string[]} pages paths of Markdown files, relative to `root`
 * @returns {string[]}
 */
export function brokenLinks(root, pages) {
  return pages.flatMap((page) => {
    const text = withoutFences(readFileSync(join(root, page), 'utf8'));
    const links = [...text.matchAll(LINK)]
      .map(([, target = '']) => target)
      .filter((target) => !EXTERNAL.test(target) && isBroken(root, page, target));
    const paths = [...text.matchAll(CODE_PATH)]
      .map(([, path = '']) => path)
      .filter((path) => !existsSync(join(root, path)));
    return [...links, ...paths].map((target) => `${page}: ${target}`);
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
    cwd: root,
  });
  const pages = String(listed)
    .split('\n')
    .filter((page) => page !== '' && existsSync(join(root, page)));
  const broken = brokenLinks(root, pages);
  if (broken.length > 0) console.error(`Links that lead nowhere:\n  ${broken.join('\n  ')}`);
  process.exitCode = broken.length === 0 ? 0 : 1;
}
