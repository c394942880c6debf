/**
 * The OpenAPI 3.1 document, made from the route table. Committed as `apps/api/openapi.json`, served at `/openapi.json`.
 */
import { z } from 'zod';
import { errorCatalogue } from '../errors.js';
import type { ErrorCode } from '../errors.js';
import type { Route } from './route.js';
import { routes } from './routes.js';
import { problemSchema } from './views.js';

type JsonObject = { [key: string]: unknown };

/** An OpenAPI document, as far as its users look into it. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: JsonObject;
  readonly paths: { readonly [path: string]: JsonObject };
  readonly components: {
    readonly schemas: { readonly [name: string]: unknown };
    readonly securitySchemes: JsonObject;
  };
  readonly [key: string]: unknown;
}

/** Makes the document. */
export function openApiDocument(version = '0.1.0'): OpenApiDocument {
  const schemas = new SchemaTable();
  const paths: { [path: string]: JsonObject } = {};
  for (const route of Object.values(routes)) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route, schemas) };
  }
  schemas.refer(problemSchema, 'output');
  return {
    openapi: '3.1.0',
    info: {
      title: 'Swath API',
      version,
      description: 'Sweeps, trials and the fleet under /api/v1; the agents’ gateway under /agent/v1.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ apiKey: [] }],
    tags: [...new Set(Object.values(routes).map((route) => route.tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas.all,
      securitySchemes: {
        apiKey: {
          type: 'http',
          scheme: 'bearer',
          description: 'API key, agent key, or token of an attempt.',
        },
      },
    },
  };
}

/** Collects named schemas once, under `components`. */
class SchemaTable {
  readonly all: { [name: string]: unknown } = {};

  /** A schema or a reference to it. */
  refer(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
    const made: JsonObject = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' });
    const { $schema, $defs, ...rest } = made;
    for (const [name, definition] of Object.entries($defs ?? {})) this.all[name] = relinked(definition);
    const id = schema.meta()?.id;
    if (id === undefined || io === 'input') return toObject(relinked(rest));
    const { id: own, ...named } = toObject(relinked(rest));
    this.all[id] = named;
    return { $ref: `#/components/schemas/${id}` };
  }
}

/** Moves references from the schema's own definitions to the document's, and drops zod's `id` keyword. */
function relinked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => relinked(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => !(key === 'id' && typeof inner === 'string'))
      .map(([key, inner]) =>
        key === '$ref' && typeof inner === 'string'
          ? [key, inner.replace('#/$defs/', '#/components/schemas/')]
          : [key, relinked(inner)],
      ),
  );
}

function toObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function operationOf(route: Route, schemas: SchemaTable): JsonObject {
  const parameters = [
    ...parametersOf(route.params, 'path', schemas),
    ...parametersOf(route.query, 'query', schemas),
    ...(route.idempotent === true ? [idempotencyKey] : []),
    ...(route.ifMatch === undefined ? [] : [ifMatchHeader(route.ifMatch === 'required')]),
  ];
  return {
    operationId: route.operationId,
    summary: route.summary,
    tags: [route.tag],
    ...(route.scope === 'public' ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...bodyOf(route, schemas),
    responses: { [route.status ?? 200]: successOf(route, schemas), ...failuresOf(route) },
    'x-scope': route.scope,
    'x-rate-bucket': route.bucket,
  };
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: true,
  description: 'Repeat it when you retry: the same key with the same body is answered as before.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

function ifMatchHeader(required: boolean): JsonObject {
  return {
    name: 'If-Match',
    in: 'header',
    required,
    description: 'The ETag of the entity as it was read, or its version as "v7"; * takes any.',
    schema: { type: 'string', pattern: '^(\\*|"v[0-9]{1,9}(-[A-Za-z0-9_-]{1,64})?")$' },
  };
}

function parametersOf(
  schema: z.ZodType | undefined,
  place: 'path' | 'query',
  schemas: SchemaTable,
): JsonObject[] {
  if (schema === undefined) return [];
  const object = schemas.refer(schema, 'input');
  const required: unknown = object['required'];
  return Object.entries(toObject(object['properties'])).map(([name, property]) => {
    const { description, ...rest } = toObject(property);
    return {
      name,
      in: place,
      required: place === 'path' || (Array.isArray(required) && required.includes(name)),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}

function bodyOf(route: Route, schemas: SchemaTable): JsonObject {
  const types = route.accepts ?? (route.body === undefined ? [] : ['application/json']);
  if (types.length === 0) return {};
  const content = types.map((type): [string, JsonObject] => [
    type,
    type.endsWith('json') && type !== 'application/x-ndjson' && route.body !== undefined
      ? { schema: schemas.refer(route.body, 'input') }
      : { schema: { type: 'string' } },
  ]);
  return { requestBody: { required: true, content: Object.fromEntries(content) } };
}

function successOf(route: Route, schemas: SchemaTable): JsonObject {
  if (route.response === undefined && route.produces === undefined)
    return { description: 'Done; no content.' };
  const type = route.produces ?? 'application/json';
  const schema = route.response === undefined ? {} : { schema: schemas.refer(route.response, 'output') };
  return { description: 'Done.', content: { [type]: schema } };
}

function preconditionCodes({ ifMatch }: Route): readonly ErrorCode[] {
  if (ifMatch === undefined) return [];
  const codes = ['request/precondition-failed', 'request/invalid'] as const;
  return ifMatch === 'required' ? [...codes, 'request/precondition-missing'] : codes;
}

function failuresOf(route: Route): JsonObject {
  const codes = new Set<ErrorCode>([
    ...route.errors,
    'rate/limited',
    'internal/unexpected',
    'server/unavailable',
  ]);
  if (route.scope !== 'public')
    for (const code of ['auth/missing', 'auth/invalid', 'auth/forbidden'] as const) codes.add(code);
  if (route.params !== undefined || route.query !== undefined) codes.add('request/invalid');
  if (route.body !== undefined || route.accepts !== undefined) {
    for (const code of [
      'request/malformed',
      'request/invalid',
      'request/too-large',
      'request/unsupported-type',
    ] as const)
      codes.add(code);
  }
  if (route.idempotent === true) {
    codes.add('request/idempotency-key-missing').add('idempotency/key-reused').add('idempotency/in-flight');
  }
  for (const code of preconditionCodes(route)) codes.add(code);
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = errorCatalogue[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      status,
      {
        description: list.map((code) => `${code}: ${errorCatalogue[code].title}.`).join(' '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}
