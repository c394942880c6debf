// Colour for one stream. No meaning is in colour alone: whatever is coloured is also said in words.
import pc from 'picocolors';
import type { Sink } from '../host.js';

/** Functions that colour a text, or leave it as it is. */
export type Style = ReturnType<typeof pc.createColors>;

/** When to colour. */
export const colorModes = ['auto', 'always', 'never'] as const;

/** One of `colorModes`. */
export type ColorMode = (typeof colorModes)[number];

/** The style of a stream: `auto` colours a terminal unless NO_COLOR is set or the terminal is dumb. */
export function styleOf(
  sink: Sink,
  mode: ColorMode,
  env: Readonly<Record<string, string | undefined>>,
): Style {
  const auto = sink.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return pc.createColors(mode === 'always' || (mode === 'auto' && auto));
}
