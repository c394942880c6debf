/** Reads the `q=` of a list for its handler. */
import { DomainError, parseFilter } from '@swath/contracts';
import type { FilterFields, FilterTerm } from '@swath/contracts';

/** The terms of a filter; `owner:me` becomes the caller. @throws `request/invalid` naming each column at fault */
export function filterTerms(text: string | undefined, fields: FilterFields, callerId: string): FilterTerm[] {
  if (text === undefined) return [];
  const result = parseFilter(text, fields);
  if (!result.ok) {
    const { problems } = result;
    throw new DomainError('request/invalid', `/query/q: ${problems[0]?.detail ?? 'is not a filter'}`, {
      problems,
    });
  }
  return result.terms.map((term) => (term.field === 'owner' ? withCaller(term, callerId) : term));
}

function withCaller(term: FilterTerm, callerId: string): FilterTerm {
  if (term.test.kind !== 'oneOf') return term;
  const values = term.test.values.map((value) =>
    value.kind === 'text' && value.text === 'me' ? { ...value, text: callerId } : value,
  );
  return { ...term, test: { kind: 'oneOf', values } };
}
