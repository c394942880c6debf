import { parseMicros } from '@swath/contracts';
import { aSpec, TestFleet } from '@swath/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportCharges, firstIds, listUsage, queryCosts, readBudget, type FocusRow } from './index.js';

const filter = { orgId: firstIds.org, projectId: null };

let fleet: TestFleet;
let sweepId: string;
let budgetId: string;

/** Three ended leases under a budget that watches the organisation, the last of them over two midnights and a month's end. */
beforeEach(async () => {
  fleet = await TestFleet.start(3);
  budgetId = await fleet.openBudget({
    scopeKind: 'org',
    scopeId: firstIds.org,
    limit: 10n ** 12n,
    mode: 'MONITOR',
  });
  sweepId = await fleet.submit(aSpec());
  await fleet.launch(sweepId, 1, 3);
  const grants = await fleet.poll();
  expect(grants).toHaveLength(3);
  for (const [index, grant] of grants.entries()) {
    const age =
      index === 2 ? "'2025-12-30T23:59:58.765Z'" : `clock_timestamp() - interval '${index + 1}7 minutes'`;
    await fleet.db.query(
      `UPDATE lease SET granted_at = date_trunc('milliseconds', (${age})::timestamptz),
         expires_at = greatest(expires_at, clock_timestamp()) WHERE id = $1`,
      [grant.leaseId],
    );
    if (index === 2) {
      await fleet.db.query(
        `UPDATE lease SET expires_at = '2026-01-01T07:30:00.001Z'::timestamptz - tail_ms * interval '1 millisecond' WHERE id = $1`,
        [grant.leaseId],
      );
    }
    await fleet.end(grant);
  }
});
afterEach(async () => {
  await fleet.stop();
});

async function charges(over: { from?: string; to?: string } = {}): Promise<FocusRow[]> {
  const rows: FocusRow[] = [];
  for await (const row of exportCharges(fleet.db, { ...filter, ...over })) rows.push(row);
  return rows;
}

function sum(rows: readonly FocusRow[]): bigint {
  return rows.reduce((total, row) => total + (parseMicros(row.BilledCost ?? '') ?? 0n), 0n);
}

/** The product of two decimal texts in micro-units, as an exact fraction over 10^12. */
function product(price: string | null, quantity: string | null): bigint {
  return BigInt((price ?? '').replace('.', '')) * BigInt((quantity ?? '').replace('.', ''));
}

const mandatory = [
  ...['BilledCost', 'BillingAccountId', 'BillingAccountName', 'BillingCurrency', 'BillingPeriodEnd'],
  ...['BillingPeriodStart', 'ChargeCategory', 'ChargeClass', 'ChargeDescription', 'ChargePeriodEnd'],
  ...['ChargePeriodStart', 'ContractedCost', 'EffectiveCost', 'InvoiceIssuerName', 'ListCost'],
  ...['PricingQuantity', 'PricingUnit', 'ProviderName', 'PublisherName', 'ServiceCategory', 'ServiceName'],
] as const;
const numeric = [
  ...['BilledCost', 'ContractedCost', 'EffectiveCost', 'ListCost', 'PricingQuantity'],
  ...['ConsumedQuantity', 'ListUnitPrice', 'ContractedUnitPrice'],
] as const;
const times = ['BillingPeriodStart', 'BillingPeriodEnd', 'ChargePeriodStart', 'ChargePeriodEnd'] as const;

/** Rules of FOCUS 1.2 that a row breaks, from the normative text of its columns. */
function focusProblems(row: FocusRow): string[] {
  const rules: readonly (readonly [string, boolean])[] = [
    ...mandatory.map((column) => [`${column} is there`, column in row] as const),
    ...mandatory
      .filter((column) => column !== 'ChargeClass')
      .map((column) => [`${column} is not null`, row[column] !== null] as const),
    ...Object.entries(row).map(
      ([column, text]) => [`${column}: null is null`, text !== '' && text !== 'N/A'] as const,
    ),
    ...Object.keys(row).map(
      (column) => [`${column} is named as columns are`, /^(x_)?[A-Z][A-Za-z]+$/.test(column)] as const,
    ),
    ...numeric.map(
      (column) => [`${column} is a plain decimal`, /^-?\d+(\.\d+)?$/.test(row[column] ?? '')] as const,
    ),
    ...times.map(
      (column) =>
        [`${column} is a UTC time`, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(row[column] ?? '')] as const,
    ),
    ['BillingCurrency is ISO 4217', /^[A-Z]{3}$/.test(row.BillingCurrency ?? '')],
    [
      'ChargeCategory is allowed',
      ['Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment'].includes(row.ChargeCategory ?? ''),
    ],
    ['ChargeClass is null or Correction', row.ChargeClass === null || row.ChargeClass === 'Correction'],
    ['ServiceCategory is allowed', row.ServiceCategory === 'AI and Machine Learning'],
    [
      'PricingCategory is allowed',
      ['Standard', 'Dynamic', 'Committed', 'Other'].includes(row.PricingCategory ?? ''),
    ],
    [
      'PricingUnit is null exactly with its quantity',
      (row.PricingUnit === null) === (row.PricingQuantity === null),
    ],
    [
      'usage that is no correction names its SKU and its price',
      row.ChargeCategory !== 'Usage' ||
        row.ChargeClass === 'Correction' ||
        (row.SkuId !== null && row.SkuPriceId !== null),
    ],
    ['the charge period is not empty', (row.ChargePeriodStart ?? '') < (row.ChargePeriodEnd ?? '')],
    [
      'the charge lies in its billing period',
      (row.ChargePeriodStart ?? '') >= (row.BillingPeriodStart ?? '') &&
        (row.ChargePeriodEnd ?? '') <= (row.BillingPeriodEnd ?? ''),
    ],
    ['unit price times quantity is the list cost to a micro-unit', differsByLessThanOne(row)],
  ];
  return rules.filter(([, holds]) => !holds).map(([rule]) => rule);
}

function differsByLessThanOne(row: FocusRow): boolean {
  const cost = (parseMicros(row.ListCost ?? '') ?? 0n) * 10n ** 12n;
  const off = cost - product(row.ListUnitPrice, row.PricingQuantity);
  return off > -(10n ** 12n) && off < 10n ** 12n;
}

describe('costs', () => {
  it('are the same sum in the ledger, the records, every summary and the export', async () => {
    const { spent } = await readBudget(fleet.db, { budgetId, orgId: firstIds.org, projectId: null });
    expect(spent).toBeGreaterThan(1_000_000n);
    const records = await listUsage(fleet.db, filter, { after: undefined, limit: 10 });
    expect(records.reduce((total, record) => total + record.costMicros, 0n)).toBe(spent);
    for (const by of [['day'], ['project'], ['sweep', 'class'], ['pool', 'day'], ['principal']] as const) {
      const rows = await queryCosts(fleet.db, filter, by);
      expect(
        rows.reduce((total, row) => total + row.costMicros, 0n),
        by.join(),
      ).toBe(spent);
      expect(rows.reduce((total, row) => total + row.attempts, 0)).toBe(3);
    }
    expect(sum(await charges())).toBe(spent);
  });

  it('of a lease over midnight belong to the days it ran on, in reports and in the export', async () => {
    const before = { ...filter, to: '2026-01-02' };
    const days = await queryCosts(fleet.db, before, ['day']);
    expect(days.map(({ group }) => group[0])).toEqual(['2025-12-30', '2025-12-31', '2026-01-01']);
    // 0.36 USD an hour: a whole day is 8.64.
    expect(days[1]?.costMicros).toBe(8_640_000n);
    expect(days[0]?.milliGpuMs).toBe(1_235_000n);
    const december = await charges({ from: '2025-12-01', to: '2026-01-01' });
    expect(december.map((row) => [row.ChargePeriodStart, row.ChargePeriodEnd])).toEqual([
      ['2025-12-30T23:59:58Z', '2025-12-31T00:00:00Z'],
      ['2025-12-31T00:00:00Z', '2026-01-01T00:00:00Z'],
    ]);
    expect(sum(december)).toBe((days[0]?.costMicros ?? 0n) + 8_640_000n);
    expect((await charges({ to: '2026-01-02' })).at(-1)?.ChargePeriodEnd).toBe('2026-01-01T07:30:01Z');
  });

  it('are paged record by record, and empty for another project or organisation', async () => {
    const [first] = await listUsage(fleet.db, filter, { after: undefined, limit: 1 });
    const after = { toAt: first?.toAt.toISOString() ?? '', leaseId: first?.leaseId ?? '' };
    expect(await listUsage(fleet.db, filter, { after, limit: 10 })).toHaveLength(2);
    expect(await queryCosts(fleet.db, { ...filter, projectId: 'pj_other' }, ['day'])).toEqual([]);
    expect(await queryCosts(fleet.db, { ...filter, orgId: 'og_other' }, ['day'])).toEqual([]);
  });

  it('pass the rules of FOCUS 1.2, which a damaged row does not', async () => {
    const rows = await charges();
    expect(rows).toHaveLength(5);
    for (const row of rows) expect(focusProblems(row)).toEqual([]);
    const [row] = rows;
    if (row === undefined) throw new Error('there is no row');
    expect(focusProblems({ ...row, ListCost: '99.000000' })).toEqual([
      'unit price times quantity is the list cost to a micro-unit',
    ]);
    expect(focusProblems({ ...row, ChargePeriodEnd: row.ChargePeriodStart })).toEqual([
      'the charge period is not empty',
    ]);
    expect(focusProblems({ ...row, SkuPriceId: null })).toEqual([
      'usage that is no correction names its SKU and its price',
    ]);
    expect(focusProblems({ ...row, PricingUnit: null, BilledCost: '1,000' })).toHaveLength(3);
  });
});
