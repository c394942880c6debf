/**
 * Binds controller methods to the route table: `@Operation('createSweep')` registers path and method, `@Input()` hands over
 * the checked request, `@Caller()` the authenticated principal. Nothing about a route is said twice.
 */
import {
  applyDecorators,
  createParamDecorator,
  HttpCode,
  RequestMapping,
  RequestMethod,
  SetMetadata,
} from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { DomainError, routes } from '@swath/contracts';
import type { FieldProblem, OperationId, Route } from '@swath/contracts';
import type { Principal } from '@swath/lifecycle';
import type { ApiRequest } from './request.js';

const OPERATION = 'swath:operation';
const methods = {
  GET: RequestMethod.GET,
  POST: RequestMethod.POST,
  PATCH: RequestMethod.PATCH,
  DELETE: RequestMethod.DELETE,
} as const;

/** Registers a controller method as the handler of an operation of the route table. */
export function Operation(id: OperationId): MethodDecorator {
  const route: Route = routes[id];
  return applyDecorators(
    RequestMapping({ path: fastifyPath(route.path), method: methods[route.method] }),
    HttpCode(route.status ?? 200),
    SetMetadata(OPERATION, route),
  );
}

/** The route that a request reached. */
export function routeOf(context: ExecutionContext): Route {
  const route: unknown = Reflect.getMetadata(OPERATION, context.getHandler());
  if (!isRoute(route)) throw new Error('a handler is not bound to an operation of the route table');
  return route;
}

function isRoute(value: unknown): value is Route {
  return typeof value === 'object' && value !== null && 'operationId' in value;
}

/**
 * A path of the table in Fastify's language, where a literal colon is doubled and a parameter before one must say where it
 * ends: `/sweeps/{sweepId}:pause` is `/sweeps/:sweepId([^/:]+)::pause`.
 */
export function fastifyPath(path: string): string {
  return path
    .replaceAll(':', '::')
    .replace(/\{(\w+)\}(::)?/g, (_match, name: string, colon: string | undefined) =>
      colon === undefined ? `:${name}` : `:${name}([^/:]+)::`,
    );
}

/** The parts of the request, checked against the route's schemas. @throws `request/invalid` naming every field at fault */
export const Input = createParamDecorator((_data: unknown, context: ExecutionContext): unknown => {
  const request = context.switchToHttp().getRequest<ApiRequest>();
  return checkedInput(routeOf(context), request);
});

/** The principal of the request; only for routes that are not public. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<ApiRequest>();
  if (principal === undefined) throw new Error('a public route has no caller');
  return principal;
});

/** Checks a request against its route. @throws `request/invalid` */
export function checkedInput(
  route: Route,
  request: Pick<ApiRequest, 'params' | 'query' | 'body'>,
): { readonly params: unknown; readonly query: unknown; readonly body: unknown } {
  const problems: FieldProblem[] = [];
  const check = (part: 'params' | 'query' | 'body'): unknown => {
    const schema = route[part];
    if (schema === undefined) return part === 'body' ? request.body : undefined;
    const result = schema.safeParse(request[part] ?? undefined);
    if (result.success) return result.data;
    const prefix = part === 'body' ? '' : `/${part}`;
    for (const issue of result.error.issues.slice(0, 100)) problems.push(...problemsOf(issue, prefix));
    return undefined;
  };
  const input = { params: check('params'), query: check('query'), body: check('body') };
  if (problems.length === 0) return input;
  const first = problems[0];
  throw new DomainError('request/invalid', `${first?.pointer ?? ''}: ${first?.detail ?? ''}`, { problems });
}

interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
}

function problemsOf(issue: Issue, prefix: string): FieldProblem[] {
  const pointer = issue.path.reduce<string>(
    (parent, key) => `${parent}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`,
    prefix,
  );
  if (issue.keys === undefined || issue.code !== 'unrecognized_keys') {
    return [{ pointer, code: `request/${issue.code.replaceAll('_', '-')}`, detail: issue.message }];
  }
  return issue.keys.map((key) => ({
    pointer: `${pointer}/${key.slice(0, 200)}`,
    code: 'request/unknown-field',
    detail: `"${key.slice(0, 80)}" is not a field here; remove it or correct its name.`,
    got: key.slice(0, 80),
  }));
}

/** Marks a handler of a static file that anybody may read and the route table does not list. */
export function PublicAsset(): MethodDecorator {
  const route: Route = { ...routes.getDocs, operationId: 'asset' };
  return SetMetadata(OPERATION, route);
}
