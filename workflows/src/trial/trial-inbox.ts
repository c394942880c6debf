/**
 * Which end of an attempt a trial workflow has been told of. An end may be told early, twice, or out of order; it matters when
 * it is of the awaited attempt or a later one and came after the last look at PostgreSQL began.
 */
export class TrialInbox {
  private awaited: number;
  /** True at first: a run that starts late, again, or by the signal itself finds out at once where the trial stands. */
  private news = true;

  constructor(awaited: number) {
    this.awaited = awaited;
  }

  /** Number of the attempt whose end is awaited. */
  get attempt(): number {
    return this.awaited;
  }

  /** Whether there is a reason to look at PostgreSQL. */
  get hasNews(): boolean {
    return this.news;
  }

  /** Attempt `attempt` has ended. Attempts before the awaited one were seen already. */
  noteEnded(attempt: number): void {
    if (attempt >= this.awaited) this.news = true;
  }

  /** A look begins: what was told before it is covered by it, because the row is written before the signal. */
  beginLook(): void {
    this.news = false;
  }

  /** The look said that attempt `attempt` is the latest. */
  await(attempt: number): void {
    this.awaited = attempt;
  }
}
