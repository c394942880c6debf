/** Pages of runs with the filters and orders that clients send. */
import { countClientRuns, listClientRuns } from '@swath/lifecycle';
import type { RunQuery } from '@swath/lifecycle';
import { connectionOf, pageRange } from './connection.js';
import type { PageArguments } from './connection.js';
import type { WireContext } from './wire-context.js';
import { WireError } from './wire-error.js';

/** What narrows a list of runs. */
export interface RunListArguments extends PageArguments {
  readonly filters?: string | null;
  readonly order?: string | null;
}

/** The query that the arguments stand for. @throws WireError when the filter is not JSON */
export function runQuery(base: RunQuery, { filters, order }: RunListArguments): RunQuery {
  return {
    ...base,
    ...(filters === null || filters === undefined || filters === '' ? {} : { filter: parsedFilter(filters) }),
    ...(order === null || order === undefined ? {} : { order }),
  };
}

function parsedFilter(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new WireError(400, 'filters: not JSON');
  }
}

/** A page of runs. */
export async function runPage(base: RunQuery, args: RunListArguments, context: WireContext): Promise<object> {
  const range = pageRange(args);
  const query = runQuery(base, args);
  const rows = await listClientRuns(context.db, { ...query, offset: range.offset, limit: range.limit + 1 });
  return {
    ...connectionOf(rows, range, (run) => context.nodes.run(run)),
    totalCount: () => countClientRuns(context.db, query),
  };
}
