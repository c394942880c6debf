// Draws the transition tables of libs/contracts as mermaid state diagrams for docs/architecture.md.

/** Section of the page -> name of the table in @swath/contracts. */
const tables = {
  'sweep states': 'sweepTransitions',
  'trial states': 'trialTransitions',
  'attempt states': 'attemptTransitions',
  'lease states': 'leaseTransitions',
};

/**
 * One diagram: the first state of the table is where a life begins, states without moves are ends.
 *
 * @param {Readonly<Record<string, readonly string[]>>} transitions
 */
export function stateDiagram(transitions) {
  const [first = ''] = Object.keys(transitions);
  const lines = [`[*] --> ${first}`];
  for (const [from, targets] of Object.entries(transitions)) {
    for (const to of targets) lines.push(`${from} --> ${to}`);
    if (targets.length === 0) lines.push(`${from} --> [*]`);
  }
  return ['```mermaid', 'stateDiagram-v2', ...lines.map((line) => `  ${line}`), '```'].join('\n');
}

/**
 * @param {object} contracts the module @swath/contracts
 * @returns {[section: string, text: string][]}
 */
export function stateDiagrams(contracts) {
  return Object.entries(tables).map(([section, table]) => [
    section,
    stateDiagram(Reflect.get(contracts, table)),
  ]);
}
