/** Ids as tracking clients see them: base64 of a kind and what names the thing. The client computes some of them itself. */

/** Encodes an id. */
export function wireId(kind: string, ...parts: readonly string[]): string {
  return Buffer.from([kind, 'v1', ...parts].join(':')).toString('base64');
}

/** The parts of an id of a kind; `undefined` for anything else. The last part may contain colons. */
export function wireIdParts(id: string, kind: string, count: number): string[] | undefined {
  const text = Buffer.from(id, 'base64').toString('utf8');
  const prefix = `${kind}:v1:`;
  if (!text.startsWith(prefix)) return undefined;
  const parts = text.slice(prefix.length).split(':');
  if (parts.length < count) return undefined;
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(':')];
}
