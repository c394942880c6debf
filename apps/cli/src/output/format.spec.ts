import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, formatMoney, formatNumber, formatParameters } from './format.js';

describe('formatMoney', () => {
  it.each([
    ['41.200000', 'USD', '$41.20'],
    ['0.004950', 'USD', '$0.0049'],
    ['0.000001', 'USD', '$0.000001'],
    ['0.000000', 'EUR', '€0.00'],
    ['-3.100000', 'USD', '-$3.10'],
    ['12.345678', 'CHF', '12.34 CHF'],
    ['0.109999', 'USD', '$0.10'],
  ])('shows %s %s as %s', (amount, currency, shown) => {
    expect(formatMoney({ amount, currency })).toBe(shown);
  });

  it('never shows more than there is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 12 }), (micros) => {
        const amount = (micros / 1e6).toFixed(6);
        expect(Number(formatMoney({ amount, currency: 'CHF' }).split(' ')[0])).toBeLessThanOrEqual(
          Number(amount),
        );
      }),
    );
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 s'],
    [59.6, '1 m'],
    [125, '2 m 5 s'],
    [11_400, '3 h 10 m'],
    [187_200, '2 d 4 h'],
    [86_400, '1 d'],
  ])('shows %d seconds as %s', (seconds, shown) => {
    expect(formatDuration(seconds)).toBe(shown);
  });
});

describe('formatNumber', () => {
  it.each([
    [null, '-'],
    [0.0174123, '0.017412'],
    [81, '81'],
    [123456.789, '123460'],
    [3.45e-9, '3.45e-9'],
    ['NaN', 'NaN'],
  ])('shows %s as %s', (value, shown) => {
    expect(formatNumber(value)).toBe(shown);
  });
});

describe('formatParameters', () => {
  it('joins nested names by dots and keeps lists whole', () => {
    expect(formatParameters({ lr: 0.1, opt: { name: 'adam', betas: [0.9, 0.99] } })).toBe(
      'lr=0.1 opt.name=adam opt.betas=[0.9,0.99]',
    );
  });
});
