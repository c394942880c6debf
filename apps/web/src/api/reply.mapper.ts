/** Gives parsed JSON its type: the server answers what the route table says, and readers ignore what they do not know. */
import type { EventView, Problem } from '@swath/contracts';

/** A successful answer. */
export function toReply<T>(body: unknown): T {
  return body as T;
}

/** A problem document, or `undefined` for a body that is none. */
export function toProblem(body: unknown): Problem | undefined {
  const isProblem =
    typeof body === 'object' && body !== null && 'code' in body && 'detail' in body && 'status' in body;
  return isProblem ? (body as Problem) : undefined;
}

/** An event of the stream. */
export function toEvent(text: string): EventView {
  return JSON.parse(text) as EventView;
}
