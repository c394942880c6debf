import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountOf, costOf, gpuTimeOf, planHold, settle, type HoldBudget, type Transfer } from './index.js';

const micros = fc.bigInt({ min: 0n, max: 10_000_000_000n });

describe('costOf', () => {
  it.each([
    [3_600_000n, 1000n, 1000n, 1000n],
    [1n, 1000n, 1n, 1n],
    [0n, 8000n, 1_000_000n, 0n],
    [4_000_000n, 1000n, 3_600_000n, 4_000_000n],
    [4_000_000n, 500n, 3_600_000n, 2_000_000n],
  ])(
    'charges rate %s for %s milli-GPU and %s ms as %s micro-units',
    (rateMicrosPerHour, milliGpu, ms, cost) => {
      expect(costOf({ rateMicrosPerHour, milliGpu, ms })).toBe(cost);
    },
  );

  it('loses less than one micro-unit however often it is settled', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: 0n, max: 10_000n }), { maxLength: 50 }),
        micros,
        (steps, rate) => {
          let ms = 0n;
          let total = 0n;
          for (const step of steps) {
            const before = costOf({ rateMicrosPerHour: rate, milliGpu: 1000n, ms });
            ms += step;
            total += costOf({ rateMicrosPerHour: rate, milliGpu: 1000n, ms }) - before;
          }
          expect(total).toBe(costOf({ rateMicrosPerHour: rate, milliGpu: 1000n, ms }));
        },
      ),
    );
  });

  it('refuses negative use and rates beyond the bound', () => {
    expect(() => costOf({ rateMicrosPerHour: -1n, milliGpu: 1n, ms: 1n })).toThrow('rateMicrosPerHour is -1');
    expect(() => costOf({ rateMicrosPerHour: 1n, milliGpu: 1n, ms: -1n })).toThrow('ms is -1');
    expect(() => gpuTimeOf({ milliGpu: 10n ** 10n, ms: 1n })).toThrow('milliGpu');
  });

  it('refuses a cost that does not fit 64 bits', () => {
    const use = { rateMicrosPerHour: 10n ** 12n, milliGpu: 10n ** 9n, ms: 10n ** 12n };
    expect(() => costOf(use)).toThrow('exceeds 64 bits');
  });
});

const request = {
  rateMicrosPerHour: 3_600_000n,
  milliGpu: 1000n,
  quantumMs: 120_000n,
  minQuantumMs: 15_000n,
  tailMs: 41_000n,
  usedMs: 0n,
};
const budget = (avail: bigint, over: Partial<HoldBudget> = {}): HoldBudget => ({
  id: 'b',
  unit: 'money:USD',
  avail,
  hard: true,
  ...over,
});

describe('planHold', () => {
  it('holds the quantum and the tail', () => {
    expect(planHold([budget(200_000n)], request)).toEqual({
      ok: true,
      quantumMs: 120_000n,
      amounts: [{ budgetId: 'b', amount: 161_000n }],
    });
  });

  it('shortens the quantum to what is left', () => {
    expect(planHold([budget(100_000n)], request)).toMatchObject({ ok: true, quantumMs: 59_000n });
  });

  it('refuses when the shortest quantum and its tail do not fit, and says what is missing', () => {
    expect(planHold([budget(55_999n)], request)).toEqual({
      ok: false,
      budgetId: 'b',
      needed: 56_000n,
      avail: 55_999n,
    });
  });

  it('lets soft budgets through', () => {
    expect(planHold([budget(-5n, { hard: false })], request)).toMatchObject({ ok: true });
  });

  it('never plans more than any hard budget has', () => {
    const budgets = fc.array(fc.record({ avail: micros, unit: fc.constantFrom('money:USD', 'gpu_time') }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(budgets, micros, fc.bigInt({ min: 0n, max: 10n ** 7n }), (rows, rate, usedMs) => {
        const all = rows.map((row, i) => budget(row.avail, { id: `b${i}`, unit: row.unit }));
        const plan = planHold(all, { ...request, rateMicrosPerHour: rate, usedMs });
        if (!plan.ok) return;
        for (const [i, hold] of plan.amounts.entries())
          expect(hold.amount).toBeLessThanOrEqual(all[i]?.avail ?? -1n);
        expect(plan.quantumMs).toBeGreaterThanOrEqual(request.minQuantumMs);
      }),
    );
  });
});

function apply(balances: Record<string, bigint>, transfers: readonly Transfer[]): void {
  for (const { from, to, amount } of transfers) {
    expect(amount).toBeGreaterThan(0n);
    balances[from] = (balances[from] ?? 0n) - amount;
    balances[to] = (balances[to] ?? 0n) + amount;
  }
}

describe('settle', () => {
  it('spends from the hold and gives the rest back at the end', () => {
    expect(settle({ held: 100n, spent: 0n }, 30n, 0n, 5n).transfers).toEqual([
      { from: 'held', to: 'spent', amount: 30n },
      { from: 'held', to: 'avail', amount: 70n },
    ]);
  });

  it('takes an overrun from avail first and calls only the rest overdraft', () => {
    expect(settle({ held: 10n, spent: 0n }, 25n, 0n, 4n).transfers).toEqual([
      { from: 'held', to: 'spent', amount: 10n },
      { from: 'avail', to: 'spent', amount: 4n },
      { from: 'overdraft', to: 'spent', amount: 11n },
    ]);
  });

  it('keeps the sum of all accounts and never overdraws while use stays within the hold', () => {
    const events = fc.array(
      fc.record({ use: fc.bigInt({ min: 0n, max: 120n }), hold: fc.bigInt({ min: 0n, max: 200n }) }),
    );
    fc.assert(
      fc.property(micros, events, (granted, list) => {
        const balances: Record<string, bigint> = { avail: granted, held: 0n, spent: 0n, overdraft: 0n };
        let lease = { held: 0n, spent: 0n };
        for (const { use, hold } of list) {
          const inside = use < lease.held ? use : lease.held;
          const room = (balances['avail'] ?? 0n) + lease.held - inside;
          const keep = hold < room ? hold : room;
          const step = settle(lease, lease.spent + inside, keep, balances['avail'] ?? 0n);
          apply(balances, step.transfers);
          lease = step.after;
          expect(balances['held']).toBe(lease.held);
          expect(balances['spent']).toBe(lease.spent);
          expect(balances['overdraft']).toBe(0n);
          expect(balances['avail']).toBeGreaterThanOrEqual(0n);
        }
        expect(Object.values(balances).reduce((sum, value) => sum + value, 0n)).toBe(granted);
      }),
    );
  });
});

describe('amountOf', () => {
  it('counts GPU time in milli-GPU milliseconds and everything else in money', () => {
    const use = { rateMicrosPerHour: 3_600_000n, milliGpu: 2000n, ms: 1000n };
    expect(amountOf('gpu_time', use)).toBe(2_000_000n);
    expect(amountOf('money:EUR', use)).toBe(2000n);
  });
});
