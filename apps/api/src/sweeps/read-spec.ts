/**
 * Gets the spec out of a request and checks it whole: language first, then what only the search space knows (conditions,
 * constraints, points). All problems come back at once as one `spec/invalid`.
 */
import { DomainError, isNested, parseSweepSpec, specLimits } from '@swath/contracts';
import type { FieldProblem, RouteInput, SearchSpace, SweepSpec } from '@swath/contracts';
import { validateSpace } from '@swath/search';
import type { ApiRequest } from '../http/request.js';

/** A spec that can be run. */
export interface AcceptedSpec {
  readonly spec: SweepSpec;
  /** As the user wrote it, when it came as text. */
  readonly specText?: string;
  readonly warnings: readonly FieldProblem[];
}

/** Reads the spec of a submission. @throws `spec/invalid`, `request/too-large` */
export function readSubmittedSpec(
  body: RouteInput<'createSweep'>['body'],
  request: ApiRequest,
): AcceptedSpec {
  const isText = typeof body.spec === 'string';
  // An object is read from the request's own text, where 1 and 1.0 differ.
  const parsed = isText
    ? parseSweepSpec(body.spec)
    : parseSweepSpec(request.rawBody?.toString('utf8') ?? body.spec, { member: 'spec' });
  if (!parsed.ok) throw invalid(parsed.problems);
  const { spec, warnings } = parsed;
  const problems = validateSpace(spec.parameters, spec.method, spec.constraints).map(
    ({ path, message }): FieldProblem => ({
      pointer: pointerOf(path, spec.parameters),
      code: 'spec/search-space',
      detail: message,
    }),
  );
  if (problems.length > 0) throw invalid(problems);
  return { spec, warnings, ...(typeof body.spec === 'string' ? { specText: body.spec } : {}) };
}

function invalid(problems: readonly FieldProblem[]): DomainError {
  const first = problems[0];
  if (first?.code === 'spec/too-large') {
    return new DomainError(
      'request/too-large',
      `the spec is larger than ${specLimits.textLength} characters`,
      { problems },
    );
  }
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  return new DomainError(
    'spec/invalid',
    `the spec has ${count}: ${first?.pointer ?? ''} ${first?.detail ?? ''}`,
    {
      problems,
    },
  );
}

/** `optimizer.lr.min` as a pointer into the spec, which names each group's `parameters`. */
export function pointerOf(path: string, space: SearchSpace): string {
  const constraint = /^constraints\[(\d+)\]$/.exec(path);
  if (constraint) return `/constraints/${constraint[1] ?? '0'}`;
  let pointer = '/parameters';
  let inner: SearchSpace | undefined = space;
  let rest = path;
  while (rest !== '' && inner !== undefined) {
    const here: SearchSpace = inner;
    const name = Object.keys(here).find((known) => rest === known || rest.startsWith(`${known}.`));
    if (name === undefined) break;
    pointer += `/${name}`;
    rest = rest.slice(name.length + 1);
    const parameter = here[name];
    inner = parameter !== undefined && isNested(parameter) ? parameter.parameters : undefined;
    if (inner !== undefined && rest !== '' && rest !== 'when') pointer += '/parameters';
  }
  return rest === '' ? pointer : `${pointer}/${rest.replaceAll('.', '/')}`;
}
