// Random choices of fault tests: the same seed makes the same choices, so a failure replays.

/** A seeded source of choices. */
export class Seeded {
  #state: number;

  /** @param seed any integer; only its low 32 bits count */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /**
   * A number in [0, 1).
   *
   * @source Tommy Ettinger, mulberry32.
   */
  uniform(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** An integer from `min` to `max`, both included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.uniform() * (max - min + 1));
  }

  /** Whether something of probability `rate` happens. */
  chance(rate: number): boolean {
    return this.uniform() < rate;
  }

  /** One of the items. @throws RangeError when there is none */
  pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.uniform() * items.length)];
    if (item === undefined) throw new RangeError('there is nothing to pick from');
    return item;
  }

  /** The items in random order. */
  shuffle<Item>(items: readonly Item[]): Item[] {
    return items
      .map((item) => ({ item, at: this.uniform() }))
      .sort((a, b) => a.at - b.at)
      .map(({ item }) => item);
  }
}
