/**
 * Charges in the FOCUS 1.2 cost and usage format: which columns there are and what a charge says in each. Exact decimal strings;
 * nothing is rounded but the quantities in hours, to twelve digits. The API exports these rows as CSV.
 *
 * @source https://focus.finops.org/focus-specification/v1-2/
 */
import { formatMicros } from '@swath/contracts/states';

/** Use of one lease on one day (UTC), with the names that a statement shows. */
export interface Charge {
  readonly orgId: string;
  readonly orgName: string;
  readonly teamId: string;
  readonly projectId: string;
  readonly projectName: string;
  readonly sweepId: string;
  readonly trialId: string;
  readonly trialNumber: number;
  readonly attemptId: string;
  readonly attempt: number;
  readonly leaseId: string;
  readonly principalId: string;
  readonly poolId: string;
  readonly poolName: string;
  readonly nodeId: string;
  readonly outcomeClass: string;
  readonly priceVersionId: string | null;
  /** Null for a pool without a price. */
  readonly currency: string | null;
  readonly rateMicrosPerHour: bigint;
  readonly costMicros: bigint;
  readonly milliGpuMs: bigint;
  /** ISO times; both on the same day, `to` at most its end. */
  readonly from: string;
  readonly to: string;
}

/** The columns of the export in their order: those of FOCUS, then ours. */
export const focusColumns = [
  'BilledCost',
  'BillingAccountId',
  'BillingAccountName',
  'BillingCurrency',
  'BillingPeriodEnd',
  'BillingPeriodStart',
  'ChargeCategory',
  'ChargeClass',
  'ChargeDescription',
  'ChargeFrequency',
  'ChargePeriodEnd',
  'ChargePeriodStart',
  'ConsumedQuantity',
  'ConsumedUnit',
  'ContractedCost',
  'ContractedUnitPrice',
  'EffectiveCost',
  'InvoiceIssuerName',
  'ListCost',
  'ListUnitPrice',
  'PricingCategory',
  'PricingQuantity',
  'PricingUnit',
  'ProviderName',
  'PublisherName',
  'ResourceId',
  'ResourceName',
  'ResourceType',
  'ServiceCategory',
  'ServiceName',
  'ServiceSubcategory',
  'SkuId',
  'SkuMeter',
  'SkuPriceId',
  'SubAccountId',
  'SubAccountName',
  'SubAccountType',
  'x_AttemptNumber',
  'x_LeaseId',
  'x_NodeId',
  'x_OutcomeClass',
  'x_PoolId',
  'x_SweepId',
  'x_TeamId',
  'x_TrialId',
  'x_UserId',
] as const;

/** Texts of a row by column; null is an empty field. */
export type FocusRow = Readonly<Record<(typeof focusColumns)[number], string | null>>;

/** ISO 4217 for "no currency": what unpriced use is billed in, at cost 0. */
const NO_CURRENCY = 'XXX';
const MILLI_GPU_MS_PER_HOUR = 3_600_000_000n;
const DIGITS = 12;

/** GPU hours with twelve fraction digits, rounded half up. */
function gpuHours(milliGpuMs: bigint): string {
  const scale = 10n ** BigInt(DIGITS);
  const scaled = (milliGpuMs * scale + MILLI_GPU_MS_PER_HOUR / 2n) / MILLI_GPU_MS_PER_HOUR;
  return `${scaled / scale}.${(scaled % scale).toString().padStart(DIGITS, '0')}`;
}

const secondOf = (iso: string): string => `${iso.slice(0, 19)}Z`;

/** The first second that is not before a time of the day that began at `day`. */
function nextSecond(iso: string): string {
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.0+)?Z$/.test(iso)) return secondOf(iso);
  const [hours, minutes, seconds] = [iso.slice(11, 13), iso.slice(14, 16), iso.slice(17, 19)].map(Number);
  const total = (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0) + 1;
  if (total === 86_400) return nextDay(iso);
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${iso.slice(0, 11)}${pad(Math.floor(total / 3600))}:${pad(Math.floor(total / 60) % 60)}:${pad(total % 60)}Z`;
}

function nextDay(iso: string): string {
  const [year = 0, month = 0, day = 0] = iso.slice(0, 10).split('-').map(Number);
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 31;
  if (day < days) return `${iso.slice(0, 8)}${String(day + 1).padStart(2, '0')}T00:00:00Z`;
  return monthStart(month === 12 ? year + 1 : year, month === 12 ? 1 : month + 1);
}

function monthStart(year: number, month: number): string {
  return `${year}-${String(month).padStart(2, '0')}-01T00:00:00Z`;
}

/** The row of a charge. Money columns are the ledger's figures, so their sum is what the ledger has spent. */
export function focusRow(charge: Charge): FocusRow {
  const cost = formatMicros(charge.costMicros);
  const rate = formatMicros(charge.rateMicrosPerHour);
  const hours = gpuHours(charge.milliGpuMs);
  const year = Number(charge.from.slice(0, 4));
  const month = Number(charge.from.slice(5, 7));
  const isPriced = charge.priceVersionId !== null;
  return {
    BilledCost: cost,
    BillingAccountId: charge.orgId,
    BillingAccountName: charge.orgName,
    BillingCurrency: charge.currency ?? NO_CURRENCY,
    BillingPeriodEnd: monthStart(month === 12 ? year + 1 : year, month === 12 ? 1 : month + 1),
    BillingPeriodStart: monthStart(year, month),
    ChargeCategory: 'Usage',
    ChargeClass: null,
    ChargeDescription: `GPU time in pool ${charge.poolName}, trial ${charge.trialNumber} of ${charge.sweepId}, attempt ${charge.attempt}`,
    ChargeFrequency: 'Usage-Based',
    ChargePeriodEnd: nextSecond(charge.to),
    ChargePeriodStart: secondOf(charge.from),
    ConsumedQuantity: formatMicros(charge.milliGpuMs),
    ConsumedUnit: 'GPU-Seconds',
    ContractedCost: cost,
    ContractedUnitPrice: rate,
    EffectiveCost: cost,
    InvoiceIssuerName: charge.orgName,
    ListCost: cost,
    ListUnitPrice: rate,
    PricingCategory: 'Standard',
    PricingQuantity: hours,
    PricingUnit: 'GPU-Hours',
    ProviderName: 'Swath',
    PublisherName: 'Swath',
    ResourceId: charge.attemptId,
    ResourceName: `${charge.trialId}#${charge.attempt}`,
    ResourceType: 'Trial Attempt',
    ServiceCategory: 'AI and Machine Learning',
    ServiceName: 'Swath',
    ServiceSubcategory: 'Machine Learning',
    SkuId: isPriced ? charge.poolId : null,
    SkuMeter: isPriced ? 'GPU time' : null,
    SkuPriceId: charge.priceVersionId,
    SubAccountId: charge.projectId,
    SubAccountName: charge.projectName,
    SubAccountType: 'Project',
    x_AttemptNumber: String(charge.attempt),
    x_LeaseId: charge.leaseId,
    x_NodeId: charge.nodeId,
    x_OutcomeClass: charge.outcomeClass,
    x_PoolId: charge.poolId,
    x_SweepId: charge.sweepId,
    x_TeamId: charge.teamId,
    x_TrialId: charge.trialId,
    x_UserId: charge.principalId,
  };
}
