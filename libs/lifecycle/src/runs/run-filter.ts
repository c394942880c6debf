// The filter language of tracking clients (MongoDB's, as far as they use it) and their orders, as SQL over the tables of
// `run-rows.ts`. Field names choose among fixed expressions; every value and path is a parameter.
import { DomainError } from '@swath/contracts';
import { codeOf, parseExtendedJson, toJsonbText } from '@swath/persistence';
import { shownState } from './run-rows.js';

const MAX_DEPTH = 20;
const MAX_TERMS = 500;

/** Parameters of a statement that is being put together. */
export class SqlParameters {
  readonly values: unknown[] = [];
  /** Whether the statement matches a pattern of the user's, which may be costly or refused by PostgreSQL. */
  hasPattern = false;

  /** The placeholder of a value. */
  add(value: unknown): string {
    this.values.push(typeof value === 'string' ? storable(value) : value);
    return `$${this.values.length}`;
  }
}

/** PostgreSQL has no character 0; nothing that is stored holds one. */
function storable(text: string): string {
  return text.replaceAll('\u0000', '\ufffd');
}

function invalid(what: string): DomainError {
  return new DomainError('request/invalid', `filters: ${what}`);
}

const columns: Readonly<Record<string, string>> = {
  name: 'r.name',
  display_name: 'r.display_name',
  displayName: 'r.display_name',
  state: shownState,
  group: 'r.group_name',
  jobType: 'r.job_type',
  job_type: 'r.job_type',
  sweep: 't.sweep_id',
  username: 'c.name',
};
const times: Readonly<Record<string, string>> = {
  created_at: 'r.created_at',
  createdAt: 'r.created_at',
  heartbeat_at: 'coalesce(r.heartbeat_at, r.updated_at)',
  heartbeatAt: 'coalesce(r.heartbeat_at, r.updated_at)',
  updated_at: 'r.updated_at',
};

/** A field as `jsonb`, NULL where the run has none. */
function fieldOf(field: string, parameters: SqlParameters): string {
  const column = columns[field];
  if (column !== undefined) return `to_jsonb(${column})`;
  const time = times[field];
  if (time !== undefined)
    return `to_jsonb(to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'))`;
  const match = /^(config|summary_metrics|summaryMetrics)\.(.+)$/s.exec(field);
  if (match?.[1] === undefined || match[2] === undefined)
    throw invalid(`there is no field "${field.slice(0, 80)}"`);
  const source = match[1] === 'config' ? 'r.config' : 'r.summary';
  const path = match[2].split('.');
  if (source === 'r.config' && path.length > 1 && path.includes('value'))
    path.splice(path.indexOf('value'), 1);
  const key = parameters.add(path.join('.'));
  return path.length === 1
    ? `(${source} -> ${key}::text)`
    : `coalesce(${source} -> ${key}::text, ${source} #> ${parameters.add(path)}::text[])`;
}

/** A condition that a filter stands for. @throws `request/invalid` */
export function conditionOf(filter: unknown, parameters: SqlParameters, depth = 0): string {
  if (depth > MAX_DEPTH) throw invalid(`nested more than ${MAX_DEPTH} deep`);
  if (parameters.values.length > MAX_TERMS) throw invalid(`more than ${MAX_TERMS} terms`);
  if (!isObject(filter)) throw invalid('an object is expected');
  const parts = Object.entries(filter).map(([key, value]) => {
    switch (key) {
      case '$and':
        return allOf(value, ' AND ', parameters, depth);
      case '$or':
        return allOf(value, ' OR ', parameters, depth);
      case '$nor':
        return `NOT ${allOf(value, ' OR ', parameters, depth)}`;
      case '$not':
        return `NOT (${conditionOf(value, parameters, depth + 1)})`;
      default:
        return fieldCondition(key, value, parameters);
    }
  });
  return parts.length === 0 ? 'true' : `(${parts.join(' AND ')})`;
}

function allOf(value: unknown, word: ' AND ' | ' OR ', parameters: SqlParameters, depth: number): string {
  if (!Array.isArray(value)) throw invalid('$and, $or and $nor take a list');
  if (value.length === 0) return word === ' AND ' ? 'true' : 'false';
  return `(${value.map((item: unknown) => conditionOf(item, parameters, depth + 1)).join(word)})`;
}

function fieldCondition(field: string, value: unknown, parameters: SqlParameters): string {
  const operators =
    isObject(value) && Object.keys(value).some((key) => key.startsWith('$')) ? value : { $eq: value };
  const parts = Object.entries(operators).map(([operator, operand]) =>
    field === 'tags'
      ? tagCondition(operator, operand, parameters)
      : comparison(operator, operand, { field, parameters }),
  );
  return `(${parts.join(' AND ')})`;
}

function tagCondition(operator: string, operand: unknown, parameters: SqlParameters): string {
  const list = (Array.isArray(operand) ? operand : [operand]).map((item) => storable(String(item)));
  const tags = (): string => `${parameters.add(list)}::text[]`;
  switch (operator) {
    case '$eq':
      return `r.tags @> ${tags()}`;
    case '$ne':
      return `NOT r.tags @> ${tags()}`;
    case '$in':
      return `r.tags && ${tags()}`;
    case '$nin':
      return `NOT r.tags && ${tags()}`;
    case '$exists':
      return operand === false ? 'cardinality(r.tags) = 0' : 'cardinality(r.tags) > 0';
    case '$regex':
      return `EXISTS (SELECT 1 FROM unnest(r.tags) tag WHERE tag ~ ${patternOf(operand, parameters)})`;
    default:
      throw invalid(`"${operator.slice(0, 20)}" cannot be used on tags`);
  }
}

const relations: Readonly<Record<string, string>> = { $gt: '>', $gte: '>=', $lt: '<', $lte: '<=' };

function comparison(
  operator: string,
  operand: unknown,
  { field, parameters }: { readonly field: string; readonly parameters: SqlParameters },
): string {
  // PostgreSQL refuses a parameter that no part of the statement uses, so the field is not written before it is needed.
  if (operator === '$in' && isEmptyList(operand)) return 'false';
  if (operator === '$nin' && isEmptyList(operand)) return 'true';
  if (operator === '$not') return `NOT ${fieldCondition(field, operand, parameters)}`;
  const value = fieldOf(field, parameters);
  const json = (item: unknown): string => `${parameters.add(jsonbOf(item))}::jsonb`;
  const equal = (item: unknown): string => `coalesce(${value}, 'null'::jsonb) = ${json(item)}`;
  switch (operator) {
    case '$eq':
      return equal(operand);
    case '$ne':
      return `NOT (${equal(operand)})`;
    case '$in':
    case '$nin': {
      if (!Array.isArray(operand)) throw invalid(`${operator} takes a list`);
      const any = `(${operand.map(equal).join(' OR ')})`;
      return operator === '$in' ? any : `NOT ${any}`;
    }
    case '$exists':
      return operand === false ? `${value} IS NULL` : `${value} IS NOT NULL`;
    case '$regex':
      return `coalesce(${value} #>> '{}' ~ ${patternOf(operand, parameters)}, false)`;
    default:
      return relation(operator, operand, { value, parameters, time: field in times });
  }
}

/** A value as PostgreSQL takes it. @throws `request/invalid` when it is nested too deep to be compared */
function jsonbOf(value: unknown): string {
  try {
    return toJsonbText(parseExtendedJson(JSON.stringify(value ?? null)));
  } catch {
    throw invalid('a value cannot be compared: it is nested too deep');
  }
}

function isEmptyList(operand: unknown): boolean {
  return Array.isArray(operand) && operand.length === 0;
}

function relation(
  operator: string,
  operand: unknown,
  {
    value,
    parameters,
    time,
  }: { readonly value: string; readonly parameters: SqlParameters; readonly time: boolean },
): string {
  const sign = relations[operator];
  if (sign === undefined) throw invalid(`there is no operator "${operator.slice(0, 20)}"`);
  if (typeof operand === 'number') {
    return `coalesce(${numberOf(value)} ${sign} ${parameters.add(operand)}::float8, false)`;
  }
  const text = time ? String(operand).replace(/Z$|\+00:00$/, '') : String(operand);
  return `coalesce((CASE WHEN jsonb_typeof(${value}) = 'string' THEN ${value} #>> '{}' END) COLLATE "C" ${sign} ${parameters.add(text)}, false)`;
}

/** The number that a value holds; NaN counts as none. */
function numberOf(value: string): string {
  return `(CASE WHEN jsonb_typeof(${value}) = 'number' THEN (${value} #>> '{}')::float8
    WHEN ${value} IN ('"Infinity"', '"-Infinity"') THEN (${value} #>> '{}')::float8 END)`;
}

/** The placeholder of a pattern; its length is bounded because it comes from outside. What PostgreSQL cannot read it refuses. */
function patternOf(operand: unknown, parameters: SqlParameters): string {
  if (typeof operand !== 'string' || operand.length > 500)
    throw invalid('$regex takes a text of at most 500 characters');
  parameters.hasPattern = true;
  return parameters.add(operand);
}

/** What PostgreSQL says of a statement with a pattern, in the user's words; other failures as they are. */
export function patternFailure(error: unknown): unknown {
  switch (codeOf(error)) {
    case '2201B':
      return invalid(`$regex cannot be read: ${error instanceof Error ? error.message.slice(0, 200) : ''}`);
    case '57014':
      return invalid('the search by $regex takes too long; use a simpler pattern or another condition');
    default:
      return error;
  }
}

/** An ORDER BY list. Runs without the field come last; ties are broken by age, so pages never repeat a run. */
export function orderOf(order: string, parameters: SqlParameters): string {
  const terms = order
    .split(',')
    .map((term) => term.trim())
    .filter((term) => term !== '')
    .slice(0, 8)
    .flatMap((term) => {
      const direction = term.startsWith('-') ? 'DESC' : 'ASC';
      const field = term.replace(/^[+-]/, '');
      const time = times[field];
      if (time !== undefined) return [`${time} ${direction}`, `r.id ${direction}`];
      const value = fieldOf(field, parameters);
      return [`${numberOf(value)} ${direction} NULLS LAST`, `(${value} #>> '{}') ${direction} NULLS LAST`];
    });
  return [...terms, 'r.created_at DESC', 'r.id DESC'].join(', ');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
