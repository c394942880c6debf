/** Which transfers turn a hold into spending. Nothing is edited: each event is its own set of transfers. */

/** Accounts of one budget. */
export type AccountKind = 'avail' | 'held' | 'spent' | 'overdraft';

/** A move of a positive amount between two accounts of one budget. */
export interface Transfer {
  readonly from: AccountKind;
  readonly to: AccountKind;
  readonly amount: bigint;
}

/** The state of one lease in one budget before an event. */
export interface Held {
  /** Still held for the lease. */
  readonly held: bigint;
  /** Already spent by the lease. */
  readonly spent: bigint;
}

/** What an event does in one budget. */
export interface Settlement {
  readonly transfers: readonly Transfer[];
  readonly after: Held;
}

function keepPositive(transfers: readonly Transfer[]): readonly Transfer[] {
  return transfers.filter((transfer) => transfer.amount > 0n);
}

/**
 * Settles a lease up to a total of `spentTotal`, keeping `keepHeld` held (0 at its end).
 *
 * Use beyond the hold is taken from `avail` as far as that goes and then from `overdraft`, which is the overshoot:
 * it stays 0 while agents keep their deadlines. What stays held beyond the present hold is taken from `avail`; the
 * caller has checked that it fits.
 *
 * @param before      hold and spending so far
 * @param spentTotal  total spending of the lease after the event, not below `before.spent`
 * @param keepHeld    hold that must remain
 * @param avail       balance of the budget's `avail` account, for the split of an overrun
 */
export function settle(before: Held, spentTotal: bigint, keepHeld: bigint, avail: bigint): Settlement {
  const used = spentTotal > before.spent ? spentTotal - before.spent : 0n;
  const fromHeld = used < before.held ? used : before.held;
  const overrun = used - fromHeld;
  const positiveAvail = avail > 0n ? avail : 0n;
  const fromAvail = overrun < positiveAvail ? overrun : positiveAvail;
  const left = before.held - fromHeld;
  const transfers = keepPositive([
    { from: 'held', to: 'spent', amount: fromHeld },
    { from: 'avail', to: 'spent', amount: fromAvail },
    { from: 'overdraft', to: 'spent', amount: overrun - fromAvail },
    { from: 'held', to: 'avail', amount: left > keepHeld ? left - keepHeld : 0n },
    { from: 'avail', to: 'held', amount: keepHeld > left ? keepHeld - left : 0n },
  ]);
  return { transfers, after: { held: keepHeld, spent: before.spent + used } };
}
