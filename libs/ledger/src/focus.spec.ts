import { expect, it } from 'vitest';
import { focusRow } from './focus.js';

it('names a SKU and a price also for use of a pool without a price', () => {
  const row = focusRow({
    ...{ orgId: 'og_1', orgName: 'org', teamId: 'te_1', projectId: 'pj_1', projectName: 'project' },
    ...{
      sweepId: 'sw_1',
      trialId: 'tr_1-1',
      trialNumber: 1,
      attemptId: 'at_1-1-1',
      attempt: 1,
      leaseId: 'ls_1-1-1',
    },
    ...{ principalId: 'us_1', poolId: 'pl_1', poolName: 'pool', nodeId: 'nd_1', outcomeClass: 'useful' },
    ...{
      priceVersionId: null,
      currency: null,
      rateMicrosPerHour: 0n,
      costMicros: 0n,
      milliGpuMs: 1_000_000n,
    },
    ...{ chargeStart: '2026-01-01T00:00:00Z', chargeEnd: '2026-01-01T00:00:01Z' },
    ...{ billingStart: '2026-01-01T00:00:00Z', billingEnd: '2026-02-01T00:00:00Z' },
  });
  expect(row).toMatchObject({
    BilledCost: '0.000000',
    BillingCurrency: 'XXX',
    SkuId: 'pl_1',
    SkuMeter: 'GPU time',
    SkuPriceId: 'pl_1-unpriced',
  });
});
