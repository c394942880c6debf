// Generated text against what is on disk: sections of a page between markers, and files that are no longer what their
// sources say. tools/generate.mjs calls both; tools/rules.spec.ts plants a stale file.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The page with the text between `<!-- generated: NAME -->` and `<!-- end generated -->` replaced.
 *
 * @param {string} page
 * @param {string} name
 * @param {string} text
 * @throws Error if the page has no such section
 */
export function replaceSection(page, name, text) {
  const begin = `<!-- generated: ${name} -->`;
  const end = '<!-- end generated -->';
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`The page has no section "${begin}" ... "${end}".`);
  return `${page.slice(0, from + begin.length)}\n\n${text.trim()}\n\n${page.slice(to)}`;
}

/**
 * Paths of the files whose content on disk differs or that are missing.
 *
 * @param {string} root
 * @param {readonly { path: string, text: string }[]} files
 */
export function staleFiles(root, files) {
  return files
    .filter(({ path, text }) => {
      const file = join(root, path);
      return !existsSync(file) || readFileSync(file, 'utf8') !== text;
    })
    .map(({ path }) => path);
}
