// Compiles the terms of a list's filter to SQL: every value is a parameter, every column comes from the tables below.
import type { FilterTerm, FilterTest, FilterValue } from '@swath/contracts';

/** How a field is compared. */
interface Column {
  readonly sql: string;
  /** `text` matches a part of the column, the others the whole value. */
  readonly kind: 'text' | 'word' | 'number' | 'time' | 'json';
}

/** Columns behind the fields of a list; `text` is what free words look in. */
export type FilterColumns = Readonly<Record<string, Column>>;

/** Columns of the sweep list's rows, as the summary names them. */
export const sweepColumns: FilterColumns = {
  text: { sql: `q.name || ' ' || q.id`, kind: 'text' },
  id: { sql: 'q.id', kind: 'word' },
  name: { sql: 'q.name', kind: 'text' },
  state: { sql: 'q.state', kind: 'word' },
  owner: { sql: 'q."createdBy"', kind: 'word' },
  method: { sql: 'q.method', kind: 'word' },
  pool: { sql: 'q.pool', kind: 'word' },
  trials: { sql: 'q.created', kind: 'number' },
  best: { sql: `(q.best->>'value')::float8`, kind: 'number' },
  cost: { sql: 'q."spentMicros" / 1000000.0', kind: 'number' },
  created: { sql: 'q."createdAt"', kind: 'time' },
  ended: { sql: 'q."endedAt"', kind: 'time' },
};

/** Columns of the table `trial` as `t`. */
export const trialColumns: FilterColumns = {
  text: { sql: `t.parameters::text || ' ' || coalesce(t.reason::text, '')`, kind: 'text' },
  number: { sql: 't.number', kind: 'number' },
  state: { sql: 't.state', kind: 'word' },
  best: { sql: 't.value', kind: 'number' },
  resource: { sql: 't.resource', kind: 'number' },
  bracket: { sql: 't.bracket', kind: 'number' },
  attempts: { sql: 't.attempt_count', kind: 'number' },
  cost: { sql: 't.spent_micros / 1000000.0', kind: 'number' },
  created: { sql: 't.created_at', kind: 'time' },
  started: { sql: 't.started_at', kind: 'time' },
  ended: { sql: 't.ended_at', kind: 'time' },
  params: { sql: 't.parameters', kind: 'json' },
};

/** A condition and the values of its parameters. */
export interface FilterSql {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** The condition of all terms; its parameters are numbered from `first` on. A negated term also keeps rows without a value. */
export function filterSql(terms: readonly FilterTerm[], columns: FilterColumns, first: number): FilterSql {
  const parameters: unknown[] = [];
  const bind = (value: unknown): string => {
    parameters.push(value);
    return `$${first + parameters.length - 1}`;
  };
  const conditions = terms.map((term) => {
    const column = columns[term.field];
    if (column === undefined) throw new Error(`the list has no column for the field ${term.field}`);
    const sql = testSql(keyed(column, term.key, bind), term.test, bind);
    return term.isNegated ? `(${sql}) IS NOT TRUE` : `(${sql})`;
  });
  return { sql: conditions.length === 0 ? 'true' : conditions.join(' AND '), parameters };
}

type Bind = (value: unknown) => string;

/** An open field's value is looked up by its dotted name. */
function keyed(column: Column, key: string | undefined, bind: Bind): Column {
  if (key === undefined) return column;
  const path = bind(key.split('.'));
  return { kind: 'json', sql: `${column.sql} #> ${path}::text[]` };
}

function testSql(column: Column, test: FilterTest, bind: Bind): string {
  switch (test.kind) {
    case 'oneOf':
      return test.values.map((value) => equalSql(column, value, bind)).join(' OR ');
    case 'compare':
      return `${comparable(column)} ${test.op} ${valueSql(test.value, bind)}`;
    case 'range':
      return `${comparable(column)} BETWEEN ${valueSql(test.from, bind)} AND ${valueSql(test.to, bind)}`;
  }
}

function equalSql(column: Column, value: FilterValue, bind: Bind): string {
  if (column.kind === 'text' && value.kind === 'text') {
    return `strpos(lower(${column.sql}), lower(${bind(value.text)}::text)) > 0`;
  }
  if (column.kind === 'json' && value.kind === 'text') {
    return `trim(both '"' from (${column.sql})::text) = ${bind(value.text)}::text`;
  }
  return `${comparable(column)} = ${valueSql(value, bind)}`;
}

// PostgreSQL may run a cast before a test of the type that stands beside it, but never one inside of a CASE.
function comparable({ kind, sql }: Column): string {
  return kind === 'json'
    ? `CASE WHEN jsonb_typeof(${sql}) = 'number' THEN (${sql})::text::float8 END`
    : `(${sql})`;
}

function valueSql(value: FilterValue, bind: Bind): string {
  switch (value.kind) {
    case 'number':
      return `${bind(value.number)}::float8`;
    case 'time':
      return `${bind(value.at)}::timestamptz`;
    case 'ago':
      return `clock_timestamp() - make_interval(secs => ${bind(value.seconds)}::float8)`;
    case 'text':
      return `${bind(value.text)}::text`;
  }
}
