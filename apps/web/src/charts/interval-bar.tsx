/** A bar from 0 to 1 with a line over the interval it is known to. The numbers stand beside it, so it says nothing by itself. */

/** The bar. */
export function IntervalBar({
  value,
  interval: [low, high],
}: {
  readonly value: number;
  readonly interval: readonly [number, number];
}) {
  const percent = (share: number) => `${Math.min(1, Math.max(0, share)) * 100}%`;
  return (
    <span className="interval-bar" aria-hidden="true">
      <span className="interval-bar-fill" style={{ width: percent(value) }} />
      <span
        className="interval-bar-range"
        style={{ left: percent(low), width: percent(Math.max(0, high - low)) }}
      />
    </span>
  );
}
