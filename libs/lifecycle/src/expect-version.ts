// Refuses a change that was decided on another version than the present one; called under the entity's lock.
import { DomainError } from '@swath/contracts';

/** @throws `request/precondition-failed` naming both versions; nothing is expected when `expected` is undefined */
export function expectVersion(subject: string, present: number, expected: number | undefined): void {
  if (expected === undefined || expected === present) return;
  const problems = [
    {
      pointer: '/header/If-Match',
      code: 'request/version',
      detail: `${subject} is at version ${present}.`,
      got: `v${expected}`,
      bound: `v${present}`,
    },
  ];
  throw new DomainError(
    'request/precondition-failed',
    `${subject} is at version ${present}, not ${expected}`,
    {
      problems,
    },
  );
}
