import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { patches } from './versions.js';

const folder = new URL('./', import.meta.url);
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.workflow.ts'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'));

/** Patch ids that the workflow sources branch on. */
const used = sources
  .flatMap((source) => [...source.matchAll(/(?:patched|deprecatePatch)\('([^']+)'\)/g)])
  .map((match) => match[1]);

describe('patches', () => {
  it('lists exactly the ids that workflow code branches on', () => {
    expect(sources.length).toBeGreaterThanOrEqual(2);
    expect([...new Set(used)].sort()).toEqual(patches.map((patch) => patch.id).sort());
  });

  it('uses no id twice', () => {
    expect(new Set(patches.map((patch) => patch.id)).size).toBe(patches.length);
  });
});
