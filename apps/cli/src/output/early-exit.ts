// Thrown by a command that has said all there is to say and only has to end with a code.
import { exitCodes, type ExitName } from './exit-codes.js';

/** Ends the command line without an error message. */
export class EarlyExitError extends Error {
  readonly code: number;

  /** @param exit a way to end, or the exit code of a program that was run */
  constructor(exit: ExitName | number) {
    super('the command has ended');
    this.name = 'EarlyExitError';
    this.code = typeof exit === 'number' ? exit : exitCodes[exit];
  }
}
