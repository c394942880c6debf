/** What the server finds in a spec: problems that forbid it, warnings that do not. */
import type { FieldProblem, Plan } from '@swath/contracts';

/** A problem or a warning, with its place where the server knows it. */
export type SpecProblem = FieldProblem | Plan['warnings'][number];
