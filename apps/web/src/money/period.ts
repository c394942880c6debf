/** Periods of a cost page: whole days in UTC, as the API counts them. Pure. */

/** From a day to the day after the last one, `YYYY-MM-DD`. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

const DAY_MS = 86_400_000;

/** The month that a time is in. */
export function monthOf(timeMs: number): Period {
  const time = new Date(timeMs);
  const start = (months: number) => Date.UTC(time.getUTCFullYear(), time.getUTCMonth() + months, 1);
  return { from: dayOf(start(0)), to: dayOf(start(1)) };
}

/** The UTC day of a time. */
export function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

/** The day after. */
export function nextDay(day: string): string {
  return dayOf(startOf(day) + DAY_MS);
}

/** The day before. */
export function dayBefore(day: string): string {
  return dayOf(startOf(day) - DAY_MS);
}

/** Every day of a period that has begun, first to last. */
export function daysOf({ from, to }: Period, nowMs: number): string[] {
  const end = Math.min(startOf(to), nowMs);
  const days: string[] = [];
  for (let time = startOf(from); time < end; time += DAY_MS) days.push(dayOf(time));
  return days;
}

/** Days of the period that have passed by `nowMs`, with the part of the running one. */
export function daysPassed({ from, to }: Period, nowMs: number): number {
  return Math.max(0, Math.min(startOf(to), nowMs) - startOf(from)) / DAY_MS;
}

/** Whether text is a day. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(startOf(text)) && dayOf(startOf(text)) === text;
}

function startOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}
