import { sweepSpecJsonSchema } from '@swath/contracts';
import { describe, expect, it } from 'vitest';
import { explainKey } from './explain-schema.js';

const explain = (key: string) =>
  explainKey(sweepSpecJsonSchema(), key === '' ? [] : key.split('.')).lines.join('\n');

describe('explainKey', () => {
  it.each([
    ['', /^sweep {2}object\n(.*\n)* {2}method {2}grid \| random \| bayes/],
    ['budget.max_trials', /^budget.max_trials {2}integer >= 1 <= 1000000000\n {2}Trials ever created\.$/],
    ['resources.gpus', /default 1/],
    ['metric.goal', /minimize \| maximize, default "minimize"/],
    ['parameters.lr', /distribution: "log_uniform_values"/],
    ['parameters.optimizer.parameters.lr', /distribution: "uniform"/],
    ['early_terminate', /type: "asha" {2}Asynchronous successive halving/],
    ['early_terminate.reduction_factor', /> 1/],
  ])('explains "%s"', (key, expected) => {
    expect(explain(key)).toMatch(expected);
  });

  it('names the keys there are', () => {
    expect(() => explain('budget.max_tials')).toThrow(
      expect.objectContaining({
        facts: expect.objectContaining({ hint: expect.stringContaining('max_trials') }),
      }),
    );
  });
});
