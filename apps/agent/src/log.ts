/** What the parts of the agent need of a logger: pino has this shape. */

/** Writes one structured line. */
type Write = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** A logger; each message is written once, where the event is handled. */
export interface Log {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}
