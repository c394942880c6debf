/**
 * Which slots of this node are free, offered to the server, or busy. A slot is offered in at most one request at a time, so
 * a lease that comes late can never meet another one. The lease poller and the attempts move slots; nobody else.
 */
import type { SlotOffer } from '@swath/contracts';

type SlotUse = 'free' | 'offered' | 'busy' | 'quarantined';

/** The slots of the node. */
export class SlotTable {
  #slots: readonly SlotOffer[] = [];
  readonly #use = new Map<number, SlotUse>();
  readonly #onFree: () => void;

  /** @param onFree called when a slot becomes free */
  constructor(onFree: () => void) {
    this.#onFree = onFree;
  }

  /** Takes a new inventory; what is known of the use of a slot stays. */
  replace(slots: readonly SlotOffer[]): void {
    this.#slots = slots;
    const indices = new Set(slots.map((slot) => slot.index));
    for (const index of this.#use.keys()) if (!indices.has(index)) this.#use.delete(index);
    for (const slot of slots) if (!this.#use.has(slot.index)) this.#use.set(slot.index, 'free');
  }

  /** The inventory. */
  get slots(): readonly SlotOffer[] {
    return this.#slots;
  }

  /** Slots by index, in the order asked for; unknown indices are left out. */
  pick(indices: readonly number[]): SlotOffer[] {
    return indices.flatMap((index) => this.#slots.find((slot) => slot.index === index) ?? []);
  }

  /** Takes all free, healthy slots for an offer. */
  takeFree(): number[] {
    const free = this.#slots.filter((slot) => slot.healthy && this.#use.get(slot.index) === 'free');
    for (const slot of free) this.#use.set(slot.index, 'offered');
    return free.map((slot) => slot.index);
  }

  /** Marks slots as used by an attempt. */
  occupy(indices: readonly number[]): void {
    for (const index of indices) this.#use.set(index, 'busy');
  }

  /** Whether slots that an attempt has left can go to the next at once; they stay busy then. */
  handOver(indices: readonly number[]): boolean {
    return this.#usable(indices).length === indices.length;
  }

  /** Marks slots of an ended attempt as offered in the request that reports its end. */
  reoffer(indices: readonly number[]): number[] {
    const healthy = this.#usable(indices);
    for (const slot of healthy) this.#use.set(slot.index, 'offered');
    return healthy.map((slot) => slot.index);
  }

  /** Gives slots back that an offer did not use or an attempt has left. */
  release(indices: readonly number[]): void {
    let freed = false;
    for (const index of indices) {
      const use = this.#use.get(index);
      if (use !== 'offered' && use !== 'busy') continue;
      this.#use.set(index, 'free');
      freed = true;
    }
    if (freed) this.#onFree();
  }

  /** Takes slots out of use: something on them could not be ended. They come back with the next inventory that is asked for by hand. */
  quarantine(indices: readonly number[]): void {
    for (const index of indices) this.#use.set(index, 'quarantined');
  }

  /** Those of an attempt's slots that are neither ill nor quarantined. */
  #usable(indices: readonly number[]): SlotOffer[] {
    return this.pick(indices).filter((slot) => slot.healthy && this.#use.get(slot.index) === 'busy');
  }
}
