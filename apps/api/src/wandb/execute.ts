/**
 * Runs one GraphQL document against the schema. Limits come before anything else; input fields that a newer client knows and
 * we do not are left out; the first failure decides the HTTP status, because that is what clients act on.
 */
import {
  execute,
  getNamedType,
  getNullableType,
  GraphQLError,
  GraphQLList,
  isInputObjectType,
  isInputType,
  isListType,
  Kind,
  NoUnusedVariablesRule,
  parse,
  specifiedRules,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { DocumentNode, GraphQLInputType, SelectionSetNode, TypeNode } from 'graphql';
import { wandbSchema } from './schema.js';
import type { WireContext } from './wire-context.js';
import { refusalOf, WireError } from './wire-error.js';

const MAX_TOKENS = 20_000;
const MAX_DEPTH = 25;
const MAX_FIELDS = 3_000;
const rules = specifiedRules.filter((rule) => rule !== NoUnusedVariablesRule);

/** A request as it came. */
export interface WireRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName: string | null;
}

/** What to answer. */
export interface WireAnswer {
  readonly status: number;
  readonly body: object;
  /** A defect to be logged. */
  readonly defect?: unknown;
}

/** Answers with one error. */
export function errorAnswer(status: number, message: string): WireAnswer {
  return { status, body: { errors: [{ message }], data: null, error: message } };
}

/** Executes a request. Never throws. */
export async function executeWire(
  request: WireRequest,
  root: object,
  context: WireContext,
): Promise<WireAnswer> {
  const document = readDocument(request.query);
  if ('refusal' in document) return document.refusal;
  const variables = knownVariables(document.document, request.variables);
  const result = await execute({
    schema: wandbSchema,
    document: document.document,
    rootValue: root,
    contextValue: context,
    variableValues: variables,
    operationName: request.operationName === '' ? null : request.operationName,
  });
  const [first] = result.errors ?? [];
  if (first === undefined) return { status: 200, body: { data: result.data } };
  if (first.originalError === undefined || first.originalError instanceof GraphQLError) {
    return errorAnswer(400, first.message);
  }
  const refusal = refusalOf(first.originalError);
  const answer = errorAnswer(refusal.status, refusal.message);
  return refusal.known ? answer : { ...answer, defect: first.originalError };
}

function readDocument(query: string): { readonly document: DocumentNode } | { readonly refusal: WireAnswer } {
  try {
    const document = withoutUnknownInput(parse(query, { maxTokens: MAX_TOKENS, noLocation: true }));
    checkSize(document);
    const [problem] = validate(wandbSchema, document, rules, { maxErrors: 5 });
    return problem === undefined ? { document } : { refusal: errorAnswer(400, problem.message) };
  } catch (error) {
    if (error instanceof WireError) return { refusal: errorAnswer(error.status, error.message) };
    return {
      refusal: errorAnswer(
        400,
        error instanceof GraphQLError ? error.message : 'the document cannot be read',
      ),
    };
  }
}

/** Refuses documents whose answer could be out of proportion; fragments are counted where they are used. */
function checkSize(document: DocumentNode): void {
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION
        ? [[definition.name.value, definition.selectionSet] as const]
        : [],
    ),
  );
  let fields = 0;
  const walk = (set: SelectionSetNode, depth: number): void => {
    if (depth > MAX_DEPTH) throw new WireError(400, `the document is nested more than ${MAX_DEPTH} deep`);
    for (const selection of set.selections) {
      fields += 1;
      if (fields > MAX_FIELDS)
        throw new WireError(400, `the document selects more than ${MAX_FIELDS} fields`);
      const inner =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? fragments.get(selection.name.value)
          : selection.selectionSet;
      if (inner !== undefined) walk(inner, depth + 1);
    }
  };
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) walk(definition.selectionSet, 1);
  }
}

/** Leaves out fields of literal input objects that the schema does not know. */
function withoutUnknownInput(document: DocumentNode): DocumentNode {
  const info = new TypeInfo(wandbSchema);
  return visit(
    document,
    visitWithTypeInfo(info, {
      ObjectField: (node) => {
        const parent = info.getParentInputType();
        const type = parent === undefined || parent === null ? undefined : getNamedType(parent);
        return isInputObjectType(type) && type.getFields()[node.name.value] === undefined ? null : undefined;
      },
    }),
  );
}

/** Leaves out fields of variables that the schema does not know. */
function knownVariables(
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const known: Record<string, unknown> = { ...variables };
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    for (const variable of definition.variableDefinitions ?? []) {
      const name = variable.variable.name.value;
      const type = inputTypeOf(variable.type);
      if (type !== undefined && Object.hasOwn(known, name)) known[name] = knownInput(known[name], type);
    }
  }
  return known;
}

/** The declared type of a variable; validation has seen that it is one of the schema's. */
function inputTypeOf(node: TypeNode): GraphQLInputType | undefined {
  if (node.kind === Kind.NON_NULL_TYPE) return inputTypeOf(node.type);
  if (node.kind === Kind.LIST_TYPE) {
    const inner = inputTypeOf(node.type);
    return inner === undefined ? undefined : new GraphQLList(inner);
  }
  const type = wandbSchema.getType(node.name.value);
  return isInputType(type) ? type : undefined;
}

function knownInput(value: unknown, type: GraphQLInputType): unknown {
  const inner = getNullableType(type);
  if (isListType(inner)) {
    return Array.isArray(value) ? value.map((item) => knownInput(item, inner.ofType)) : value;
  }
  if (!isInputObjectType(inner) || typeof value !== 'object' || value === null) return value;
  const fields = inner.getFields();
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) => {
      const field = fields[name];
      return field === undefined ? [] : [[name, knownInput(item, field.type)]];
    }),
  );
}
