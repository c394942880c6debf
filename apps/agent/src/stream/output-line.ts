/** Stored lines of output become lines of the log stream: secrets masked, characters that no database takes replaced. */
import type { LogBatch } from '@swath/contracts';

/** A line as the wire has it. */
export type LogLine = LogBatch['lines'][number];

/** Reads a line of the guard's output file; undefined when it is damaged. */
export function parseOutputLine(line: string, mask: (text: string) => string): LogLine | undefined {
  let stored: unknown;
  try {
    stored = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof stored !== 'object' || stored === null) return undefined;
  if (!('s' in stored && 't' in stored && 'x' in stored)) return undefined;
  const { s, t, x } = stored;
  if ((s !== 'stdout' && s !== 'stderr') || typeof t !== 'number' || typeof x !== 'string') return undefined;
  return {
    stream: s,
    offsetMs: Math.max(0, Math.round(t)),
    text: mask(x.replaceAll('\0', '\ufffd')).slice(0, 65_536),
  };
}

/** Shortest value that is masked: shorter ones would blank out ordinary text. */
const MIN_SECRET_LENGTH = 8;
const secretName = /key|token|secret|passw|credential/i;

/** Values that must not appear in logs: the given ones, and those of variables whose name says so. */
export function secretsOf(environment: Readonly<Record<string, string>>, known: readonly string[]): string[] {
  const named = Object.entries(environment).flatMap(([name, value]) =>
    secretName.test(name) ? [value] : [],
  );
  const all = new Set([...known, ...named].filter((value) => value.length >= MIN_SECRET_LENGTH));
  // Longest first, so that a secret that contains another is masked whole.
  return [...all].sort((a, b) => b.length - a.length);
}

/** Replaces every secret by `[secret]`. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((masked, secret) => masked.replaceAll(secret, '[secret]'), text);
}
