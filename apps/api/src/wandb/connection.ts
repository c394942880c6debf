/** Pages in the form of GraphQL connections; a cursor is a position. */

const MAX_PAGE = 1_000;

/** Arguments of a page. */
export interface PageArguments {
  readonly after?: string | null;
  readonly first?: number | null;
}

/** A page to be read: one row more than asked for tells whether there are more. */
export interface PageRange {
  readonly offset: number;
  readonly limit: number;
}

/** A connection. */
export interface Connection<Node> {
  readonly edges: readonly { readonly node: Node; readonly cursor: string }[];
  readonly pageInfo: {
    readonly startCursor: string | null;
    readonly endCursor: string | null;
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
  };
}

/** The range that the arguments ask for. */
export function pageRange({ after, first }: PageArguments, standard = 50): PageRange {
  const position =
    after === null || after === undefined || after === ''
      ? 0
      : Number(Buffer.from(after, 'base64').toString());
  const offset = Number.isSafeInteger(position) && position >= 0 ? position : 0;
  const limit = Math.min(MAX_PAGE, Math.max(0, first ?? standard));
  return { offset, limit };
}

/** A connection from rows that were read with `limit + 1`. */
export function connectionOf<Row, Node>(
  rows: readonly Row[],
  range: PageRange,
  node: (row: Row) => Node,
): Connection<Node> {
  const edges = rows.slice(0, range.limit).map((row, index) => ({
    node: node(row),
    cursor: Buffer.from(String(range.offset + index + 1)).toString('base64'),
  }));
  return {
    edges,
    pageInfo: {
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
      hasNextPage: rows.length > range.limit,
      hasPreviousPage: range.offset > 0,
    },
  };
}
