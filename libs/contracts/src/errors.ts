/**
 * The catalogue of errors: every failure a caller can meet has a stable code here, an HTTP status and what to do about it.
 * `docs/errors.md` is generated from it. Thrown as `DomainError`; only `problem.filter.ts` turns it into HTTP.
 */

/** One entry of the catalogue. */
export interface ErrorEntry {
  readonly status: number;
  readonly title: string;
  /** What the caller can do. */
  readonly hint: string;
  /** Whether the same request may succeed later without a change. */
  readonly retryable: boolean;
}

function entry(status: number, title: string, hint: string, retryable = false): ErrorEntry {
  return { status, title, hint, retryable };
}

/** Every code, by area. */
export const errorCatalogue = {
  'request/malformed': entry(
    400,
    'The request cannot be read',
    'Check that the body is valid JSON or YAML and matches its content type.',
  ),
  'request/invalid': entry(
    400,
    'The request does not match its schema',
    'Correct the fields named in errors.',
  ),
  'request/too-large': entry(
    413,
    'The request body is too large',
    'Send less than the limit named in detail.',
  ),
  'request/unsupported-type': entry(
    415,
    'The content type is not supported',
    'Send application/json or application/yaml.',
  ),
  'request/idempotency-key-missing': entry(
    400,
    'An Idempotency-Key header is required',
    'Send a unique key of 1 to 255 characters; repeat it when you retry.',
  ),
  'request/precondition-missing': entry(
    428,
    'An If-Match header is required',
    'Read the entity and send its ETag, or "v" and its version, as If-Match.',
  ),
  'request/precondition-failed': entry(
    412,
    'The entity was changed by somebody else',
    'Read it again, decide on its present state, and send its new version as If-Match.',
  ),
  'idempotency/key-reused': entry(
    422,
    'The Idempotency-Key was used for another request',
    'Use a new key for a new request.',
  ),
  'idempotency/in-flight': entry(
    409,
    'A request with this Idempotency-Key is being worked on',
    'Repeat the request in a second.',
    true,
  ),
  'auth/missing': entry(
    401,
    'No API key was given',
    'Send Authorization: Bearer <key>; npm start prints where the first key is.',
  ),
  'auth/invalid': entry(401, 'The API key is not valid', 'Check the key, or create a new one.'),
  'auth/forbidden': entry(403, 'This key may not do that', 'Use a key with the role named in detail.'),
  'route/not-found': entry(404, 'There is no such address', 'See /openapi.json for the addresses there are.'),
  'sweep/not-found': entry(404, 'There is no such sweep', 'List sweeps to see the ids you can reach.'),
  'sweep/state': entry(
    409,
    'The sweep is in another state',
    'Read the sweep; its state decides what can be done.',
  ),
  'sweep/limit-below-use': entry(
    409,
    'The limit is below what is already used',
    'Give a limit of at least the amount in detail, or stop the sweep.',
  ),
  'trial/not-found': entry(404, 'There is no such trial', 'List the trials of the sweep.'),
  'trial/state': entry(
    409,
    'The trial is in another state',
    'Read the trial; its state decides what can be done.',
  ),
  'trial/duplicate': entry(
    409,
    'This point is already a trial of the sweep',
    'Choose other values or another replicate.',
  ),
  'run/not-found': entry(404, 'There is no such run', 'List the trials of the sweep; each names its run.'),
  'attempt/not-found': entry(404, 'There is no such attempt', 'List the attempts of the trial.'),
  'project/not-found': entry(404, 'There is no such project', 'Use a project your key belongs to.'),
  'pool/not-found': entry(404, 'There is no such pool', 'List pools, or start an agent that offers it.'),
  'pool/too-small': entry(
    422,
    'No node of the pool could ever run this trial',
    'Ask for at most the slots of one node, or choose another pool.',
  ),
  'pool/exists': entry(409, 'A pool of this name exists', 'Choose another name or change the existing pool.'),
  'pool/no-price': entry(
    422,
    'The pool has no price',
    'Set a price before using a money limit on this pool.',
  ),
  'spec/invalid': entry(
    422,
    'The sweep spec has problems',
    'Correct the fields named in errors; swath sweep plan FILE checks without submitting.',
  ),
  'spec/unbounded': entry(
    422,
    'The sweep has no limit',
    'Set one of budget.max_trials, budget.max_cost, budget.max_gpu_hours, budget.max_wall_clock.',
  ),
  'budget/insufficient': entry(
    423,
    'A budget does not allow this',
    'Raise the budget named in detail or ask for less.',
  ),
  'budget/not-found': entry(404, 'There is no such budget', 'List budgets to see the ids you can reach.'),
  'budget/exists': entry(
    409,
    'This scope has a budget in this unit',
    'Change the limit of the budget named in detail.',
  ),
  'budget/scope-not-found': entry(
    404,
    'There is no such organisation, team or project',
    'Give the id of a scope that your key reaches.',
  ),
  'node/not-found': entry(404, 'There is no such node', 'List nodes to see the ids you can reach.'),
  'checkpoint/not-found': entry(
    404,
    'There is no checkpoint to resume from',
    'Start the training from its beginning.',
  ),
  'lease/fenced': entry(
    409,
    'This attempt is no longer the live one',
    'End the process; another attempt may own the trial.',
  ),
  'lease/not-started': entry(
    503,
    'The server has not heard of the start of this attempt yet',
    'Try again in a second; its agent reports the start at once.',
    true,
  ),
  'lease/not-found': entry(404, 'There is no such lease', 'Ask for a new lease.'),
  'node/unknown': entry(409, 'The node is not registered', 'Register the node, then offer its slots again.'),
  'node/inventory-stale': entry(
    409,
    'The offer names an old inventory',
    'Register the node again with its present slots.',
  ),
  'stream/conflict': entry(
    409,
    'The same sequence number came with other content',
    'Send each batch under its own number.',
  ),
  'ledger/conflict': entry(
    409,
    'The same ledger key came with other content',
    'This is a defect; report it with the trace id.',
  ),
  'ledger/range': entry(
    422,
    'The amount is out of range',
    'Amounts are between 0 and 9,000,000,000,000 currency units.',
  ),
  'rate/limited': entry(429, 'Too many requests', 'Wait as long as Retry-After says.', true),
  'server/unavailable': entry(
    503,
    'The server cannot answer now',
    'Try again; a required service is not reachable.',
    true,
  ),
  'internal/unexpected': entry(
    500,
    'The server met an unexpected error',
    'Try again; report the trace id if it stays.',
    true,
  ),
} as const satisfies Record<string, ErrorEntry>;

/** A code of the catalogue. */
export type ErrorCode = keyof typeof errorCatalogue;

/** One field at fault: JSON pointer, what is wrong with which value, and the bound it misses. */
export interface FieldProblem {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
  readonly got?: string;
  readonly bound?: string;
  /** Place in the submitted text, from 1; absent when the spec came as an object. */
  readonly line?: number;
  readonly column?: number;
}

/** RFC 9457 problem document. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly hint: string;
  readonly retryable: boolean;
  readonly traceId?: string;
  readonly errors?: readonly FieldProblem[];
}

/** A failure with a code of the catalogue; `detail` names the field, the value and the bound. */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly problems: readonly FieldProblem[];

  constructor(
    code: ErrorCode,
    detail: string,
    options: { problems?: readonly FieldProblem[]; cause?: unknown } = {},
  ) {
    super(detail, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'DomainError';
    this.code = code;
    this.problems = options.problems ?? [];
  }
}

/** The problem document of an error. */
export function toProblem(error: DomainError, traceId?: string): Problem {
  const { status, title, hint, retryable } = errorCatalogue[error.code];
  return {
    type: `/docs/errors#${error.code.replace('/', '-')}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    hint,
    retryable,
    ...(traceId === undefined ? {} : { traceId }),
    ...(error.problems.length === 0 ? {} : { errors: error.problems }),
  };
}
