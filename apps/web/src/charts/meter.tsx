/** A bar for a share of a whole, with the share in words for those who do not see it. */

/** The bar; shares above 1 are full. */
export function Meter({ share, label }: { readonly share: number; readonly label: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <span className="meter" role="img" aria-label={label}>
      <span className="meter-fill" style={{ width: `${percent}%` }} />
    </span>
  );
}
