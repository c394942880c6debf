import { describe, expect, it } from 'vitest';
import { burnOf, formatAmount, usedUpOn } from './budgets.js';

const usd = (amount: string) => ({ amount, currency: 'USD' });
const rows = [
  { group: { project: 'pr_a' }, cost: usd('14.000000'), gpuSeconds: '7000.000000', attempts: 3 },
  { group: { project: 'pr_b' }, cost: usd('7.000000'), gpuSeconds: '700.000000', attempts: 1 },
  { group: { project: 'pr_b' }, cost: null, gpuSeconds: '70.000000', attempts: 1 },
];
const scope = (kind: 'org' | 'team' | 'project', id: string) => ({ kind, id, name: id });

describe('burn of a budget', () => {
  it.each([
    ['money:USD', scope('org', 'og_1'), 3],
    ['money:USD', scope('project', 'pr_b'), 1],
    ['money:EUR', scope('org', 'og_1'), 0],
    ['gpu_time', scope('project', 'pr_b'), 110],
    ['money:USD', scope('team', 'tm_1'), null],
    ['trials', scope('org', 'og_1'), null],
  ] as const)('of %s in %o is %s a day over a week', (unit, of, burn) => {
    expect(burnOf({ unit, scope: of }, rows, 7)).toBe(burn);
  });

  it('says when what is left would be gone', () => {
    const now = Date.UTC(2024, 1, 27, 12);
    expect(usedUpOn({ available: '10.000000' }, 4, now)).toBe('until 2024-03-01');
    expect(usedUpOn({ available: '10.000000' }, 0, now)).toBe('lasts');
    expect(usedUpOn({ available: '0.000000' }, 4, now)).toBe('used up');
    expect(usedUpOn({ available: '1.000000' }, null, now)).toBe('–');
  });

  it('shows amounts in their unit', () => {
    expect(formatAmount('money:USD', '0.001000')).toBe('<$0.01');
    expect(formatAmount('gpu_time', '5400.000000')).toBe('1 h 30 m');
    expect(formatAmount('trials', '1200')).toBe('1,200');
  });
});
