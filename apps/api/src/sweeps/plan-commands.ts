/** The first commands that a sweep would run, for its plan: proposed by the same searcher, without any results to learn from. */
import { expandCommand } from '@swath/contracts';
import type { SweepSpec } from '@swath/contracts';
import { suggest } from '@swath/search';

/** Seed of the proposals when the spec names none: the sweep will draw its own. */
const EXAMPLE_SEED = 0;

/** Command lines as a shell reads them, at most `count`. Exact for grids and for a spec with a seed. */
export function exampleCommands(spec: SweepSpec, count: number): string[] {
  const { suggestions } = suggest({
    space: spec.parameters,
    constraints: spec.constraints,
    objectives: spec.objectives.map(({ name, goal }) => ({ name, direction: goal })),
    method: spec.method,
    seed: spec.seed ?? EXAMPLE_SEED,
    history: [],
    pending: [],
    nextNumber: 0,
    count,
    points: spec.points,
  });
  return suggestions.map(({ parameters }) =>
    expandCommand(spec.command, {
      parameters,
      program: spec.program,
      interpreter: 'python',
      environment: spec.env,
      argsJsonFile: 'parameters.json',
    })
      .map(shellQuoted)
      .join(' '),
  );
}

/** An argument as a POSIX shell reads it back. */
function shellQuoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
