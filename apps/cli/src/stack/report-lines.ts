// The result and the cost of a finished sweep as lines for a terminal. Called by the stack at the end of the sweep it follows.
import type { PrunedTrial, SweepReport } from '@swath/contracts';

const MOST_PRUNED = 10;

/** Formats a report: result first, then money by outcome class, then what was stopped early and why. */
export function reportLines(report: SweepReport): string[] {
  return [...resultLines(report), ...costLines(report), ...prunedLines(report.pruned)];
}

function resultLines({ sweep, method, state, reasonText, trials, objective, best }: SweepReport): string[] {
  const states = Object.entries(trials.byState).map(([name, count]) => `${count} ${name}`);
  const lines = [
    '',
    `sweep    ${sweep.name} (${sweep.id}), ${method}: ${state}${reasonText === '' ? '' : `, ${reasonText}`}`,
    `trials   ${trials.total}: ${states.join(', ')}`,
  ];
  if (best === null) {
    const metric = objective === null ? 'a metric' : `a finite ${objective.name}`;
    return [
      ...lines,
      `best     none: no trial reported ${metric}; a script reports by appending a line such as`,
      `         {"${objective?.name ?? 'loss'}": 0.5} to the file named in $SWATH_METRICS`,
    ];
  }
  const parameters = Object.entries(best.parameters).map(
    ([name, value]) => `${name}=${JSON.stringify(value)}`,
  );
  return [
    ...lines,
    `best     trial ${best.number}: ${objective?.name ?? 'value'} ${best.value ?? 'none'}`,
    `         ${parameters.join(' ')}`,
  ];
}

function costLines({ cost, savings }: SweepReport): string[] {
  const { total, byClass, budget } = cost;
  const widths = {
    name: longest(byClass.map((row) => row.class)),
    amount: longest(byClass.map((row) => row.cost.amount)),
  };
  return [
    `cost     ${total.amount} ${total.currency}`,
    ...byClass.map(
      (row) =>
        `         ${row.class.padEnd(widths.name)}  ${row.cost.amount.padStart(widths.amount)} ${row.cost.currency}  ` +
        `${row.gpuSeconds} GPU s in ${row.attempts} attempts`,
    ),
    ...(budget === null
      ? []
      : [`cap      ${budget.cap.amount} ${budget.cap.currency}, overdraft ${budget.overdraft.amount}`]),
    ...(savings === null
      ? []
      : [
          `saved    about ${savings.avoided.amount} ${savings.avoided.currency} by stopping ${savings.prunedTrials} trials early`,
        ]),
  ];
}

function prunedLines(pruned: readonly PrunedTrial[]): string[] {
  if (pruned.length === 0) return [];
  const shown = pruned.slice(0, MOST_PRUNED).map(({ number, text }) => `         trial ${number}: ${text}`);
  const rest = pruned.length - shown.length;
  return [
    `pruned   ${pruned.length} trials`,
    ...shown,
    ...(rest > 0 ? [`         and ${rest} more in the report`] : []),
  ];
}

function longest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => text.length));
}
