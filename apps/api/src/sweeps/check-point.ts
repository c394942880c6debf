/** Checks a point that a person adds to a sweep, with the rules for the `points` of its spec. */
import { DomainError, parseSweepSpec } from '@swath/contracts';
import type { Json, SweepSpec, TrialParameters } from '@swath/contracts';

/** The point. @throws `spec/invalid` naming each parameter at fault */
export function checkPoint(spec: SweepSpec, point: Readonly<Record<string, Json>>): TrialParameters {
  const parsed = parseSweepSpec({ ...spec, points: [point] });
  if (parsed.ok) return parsed.spec.points[0] ?? {};
  const problems = parsed.problems.map((problem) => ({
    ...problem,
    pointer: problem.pointer.replace(/^\/points\/0/, '/parameters'),
  }));
  throw new DomainError('spec/invalid', `the point does not fit the sweep: ${problems[0]?.detail ?? ''}`, {
    problems,
  });
}
