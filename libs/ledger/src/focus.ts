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
  /** UTC times in whole seconds, `YYYY-MM-DDTHH:MM:SSZ`: the charge, rounded outwards, and the month it is billed in. */
  readonly chargeStart: string;
  readonly chargeEnd: string;
  readonly billingStart: string;
  readonly billingEnd: string;
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

/** The row of a charge. Money columns are the ledger's figures, so their sum is what the ledger has spent. */
export function focusRow(charge: Charge): FocusRow {
  const cost = formatMicros(charge.costMicros);
  const rate = formatMicros(charge.rateMicrosPerHour);
  const hours = gpuHours(charge.milliGpuMs);
  return {
    BilledCost: cost,
    BillingAccountId: charge.orgId,
    BillingAccountName: charge.orgName,
    BillingCurrency: charge.currency ?? NO_CURRENCY,
    BillingPeriodEnd: charge.billingEnd,
    BillingPeriodStart: charge.billingStart,
    ChargeCategory: 'Usage',
    ChargeClass: null,
    ChargeDescription: `GPU time in pool ${charge.poolName}, trial ${charge.trialNumber} of ${charge.sweepId}, attempt ${charge.attempt}`,
    ChargeFrequency: 'Usage-Based',
    ChargePeriodEnd: charge.chargeEnd,
    ChargePeriodStart: charge.chargeStart,
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
    SkuId: charge.poolId,
    SkuMeter: 'GPU time',
    // Usage must name its price: no price is one, at 0.
    SkuPriceId: charge.priceVersionId ?? `${charge.poolId}-unpriced`,
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
