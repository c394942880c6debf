/** Cursors of lists: a position as opaque text. Only its shape is checked; it names a place, never what may be seen. */
import { DomainError } from '@swath/contracts';

/** Text of a position. */
export function encodeCursor(position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** The parts of a position. @throws `request/invalid` */
export function decodeCursor(cursor: string, length: number): readonly (string | number)[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(parts) && parts.length === length && parts.every(isPart)) return parts;
  } catch {
    // Falls through to the one answer for every unreadable cursor.
  }
  const problems = [
    { pointer: '/query/cursor', code: 'request/cursor', detail: 'Send a cursor as the last page gave it.' },
  ];
  throw new DomainError('request/invalid', 'the cursor is not one of this list', { problems });
}

function isPart(part: unknown): part is string | number {
  return typeof part === 'string' || (typeof part === 'number' && Number.isSafeInteger(part));
}
