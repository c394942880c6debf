// PostgreSQL's jsonb keeps no order of keys: parameters are read back sorted by name, the order in which searchers go through them
// and in which a plan shows them, so that a command looks the same in the plan, on the node and in every list.
import type { Json, TrialParameters } from '@swath/contracts';

/** The parameters sorted by name, nested ones too. */
export function inNameOrder(parameters: TrialParameters): TrialParameters {
  return Object.fromEntries(
    Object.entries(parameters)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([name, value]) => [name, isGroup(value) ? inNameOrder(value) : value]),
  );
}

function isGroup(value: Json): value is TrialParameters {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
