/** The sweep specs of all examples: valid, and about scripts and settings that exist. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseSweepSpec, type SweepSpec } from '@swath/contracts';
import { gridSize } from '@swath/search';
import { describe, expect, it } from 'vitest';
import { SETTINGS } from './digits/settings.mjs';

const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.yaml'),
);

function specOf(file: string): SweepSpec {
  const result = parseSweepSpec(readFileSync(join(import.meta.dirname, file), 'utf8'));
  if (!result.ok) throw new Error(`${file}: ${JSON.stringify(result.problems)}`);
  expect(result.warnings).toEqual([]);
  return result.spec;
}

describe.each(files)('examples/%s', (file) => {
  const spec = specOf(file);
  const script = readFileSync(join(import.meta.dirname, dirname(file), spec.program ?? ''), 'utf8');

  it('runs the script beside it, and has a limit', () => {
    expect(spec.working_dir).toBe(join('examples', dirname(file)));
    expect(spec.command).toContain('${program}');
    expect(spec.budget.max_trials).toBeGreaterThan(0);
  });

  it('varies only settings of that script, and optimises a metric of it', () => {
    const known = spec.program === 'train.mjs' ? Object.keys(SETTINGS) : quotedNames(script);
    expect(known).toEqual(expect.arrayContaining(Object.keys(spec.parameters)));
    expect(script).toContain(spec.objectives[0]?.name);
  });
});

describe('the digits specs', () => {
  it('have a grid of exactly 81', () => {
    expect(gridSize(specOf('digits/grid.yaml').parameters)).toBe(81n);
  });

  it('compare like with like: random, bayes and asha differ in nothing but the method or the pruner', () => {
    const [random, bayes, asha] = ['random', 'bayes', 'asha'].map((name) => specOf(`digits/${name}.yaml`));
    expect({ ...bayes, name: random?.name, method: 'random' }).toEqual(random);
    const { early_terminate: rule, ...unpruned } = asha ?? {};
    expect({ ...unpruned, name: random?.name }).toEqual(random);
    expect(rule).toMatchObject({ type: 'asha', min_resource: 3, max_resource: 27, reduction_factor: 3 });
  });
});

function quotedNames(script: string): readonly string[] {
  return Array.from(script.matchAll(/"([a-z_]+)"/g), ([, name]) => name ?? '');
}
