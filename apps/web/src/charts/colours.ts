/** Colours of pictures: tokens of the page as the canvas needs them, and hues that stay apart for colour-blind readers. */

/** Reads tokens as they are shown now. */
export function readColours(element: Element): { readonly of: (colour: string) => string } {
  const probe = document.createElement('span');
  probe.hidden = true;
  element.append(probe);
  const found = new Map<string, string>();
  const of = (colour: string): string => {
    if (!colour.startsWith('--')) return colour;
    const known = found.get(colour);
    if (known !== undefined) return known;
    probe.style.color = `var(${colour})`;
    if (!probe.isConnected) element.append(probe);
    const shown = getComputedStyle(probe).color;
    probe.remove();
    found.set(colour, shown);
    return shown;
  };
  return { of };
}

/** Hues of series: eight of Okabe and Ito, and four between them. Readable on light and dark. */
export const hues = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#8a6d3b',
  '#7b61c9',
  '#b0a000',
  '#c0392b',
  '#2fa8a0',
  '#808892',
] as const;

/** The hue of the series at a position; the first twelve are all different. */
export function hueAt(index: number): string {
  return hues[index % hues.length] ?? hues[0];
}
