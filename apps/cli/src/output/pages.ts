// Reads a list over its pages, as many entries as were asked for.
import type { Page } from '@swath/contracts';

/** Largest page of the API. */
const MOST_PER_PAGE = 500;

/** The first `most` entries of a list, in the shape of one page. */
export async function collectPages<T>(
  most: number,
  read: (limit: number, cursor: string | undefined) => Promise<Page<T>>,
): Promise<Page<T>> {
  const data: T[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await read(Math.min(MOST_PER_PAGE, most - data.length), cursor ?? undefined);
    data.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor !== null && data.length < most);
  return { data, nextCursor: cursor };
}
