/**
 * Turns what a user submits, YAML or JSON text or an already parsed object, into a resolved `SweepSpec`, or into the list of
 * all its problems. Called by the API, the CLI (`sweep plan`) and the wandb wire; the API stores the result.
 *
 * Every sweep file that W&B can run is accepted with the same meaning. Refused is what W&B itself cannot run.
 */
import type { FieldProblem } from '../errors.js';
import type { Json, SearchSpace } from '../search-space.js';
import type { EarlyTerminate, Objective, SweepBudget, SweepSpec } from '../sweep-spec.js';
import { readEarlyTerminate } from './early-terminate.schema.js';
import { isFields, readParameters } from './read-parameters.js';
import { checkPart } from './schema-problems.js';
import { checkSpec } from './spec-checks.js';
import { documentOfObject } from './spec-document.js';
import type { SpecDocument } from './spec-document.js';
import { specDefaults } from './spec-limits.js';
import { pointerTo, SpecProblems } from './spec-problems.js';
import { documentOfText } from './spec-text.js';
import { argumentOf, decimalOf, secondsOf } from './spec-values.js';
import { ignoredKeyNames, sweepSpecSchema } from './sweep-spec.schema.js';
import type { SpecShape } from './sweep-spec.schema.js';

/** A resolved spec with what the person should know, or every problem at once. */
export type SweepSpecResult =
  | { readonly ok: true; readonly spec: SweepSpec; readonly warnings: readonly FieldProblem[] }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };

/**
 * Parses a sweep spec.
 *
 * @param input YAML or JSON text, or a parsed value. Text keeps the difference between `1` and `1.0`, which decides between
 *   whole and real numbers; an object does not, so there two whole bounds always mean whole numbers.
 * @param options.member  the text is an object that holds the spec under this key: a request body as it was sent
 */
export function parseSweepSpec(input: unknown, options: { readonly member?: string } = {}): SweepSpecResult {
  const problems = new SpecProblems();
  const document =
    typeof input === 'string'
      ? documentOfText(input, problems, options.member)
      : documentOfObject(input, problems);
  const spec = document && specOf(document, problems);
  if (spec !== undefined && problems.problems.length === 0) checkSpec(spec, problems);
  if (spec === undefined || problems.problems.length > 0) return { ok: false, problems: problems.problems };
  return { ok: true, spec, warnings: problems.warnings };
}

function specOf(document: SpecDocument, problems: SpecProblems): SweepSpec | undefined {
  const { value } = document;
  if (!isFields(value)) {
    const detail = 'A sweep spec is an object with at least "method" and "parameters".';
    problems.add('spec/type', '', detail, { got: value, bound: 'an object' });
    return undefined;
  }
  const shape = checkPart(sweepSpecSchema, value, { pointer: '', name: 'a sweep', problems });
  const parameters = 'parameters' in value ? readParameters(document, problems) : {};
  const rule = value['early_terminate'];
  const earlyTerminate = rule === undefined ? undefined : readEarlyTerminate(rule, problems);
  if (shape === undefined || problems.problems.length > 0) return undefined;
  return resolve(shape, { parameters, earlyTerminate, ignored: ignoredOf(value, problems) }, problems);
}

interface Parts {
  readonly parameters: SearchSpace;
  readonly earlyTerminate: EarlyTerminate | undefined;
  readonly ignored: { readonly [key: string]: Json };
}

function resolve(shape: SpecShape, parts: Parts, problems: SpecProblems): SweepSpec {
  const { metric, metrics, objectives, parameters, early_terminate, budget, run_cap, env, ...others } = shape;
  const { entity, project, controller, scheduler, job, image_uri, apiVersion, kind, ...own } = others;
  return {
    ...own,
    objectives: objectivesOf(shape, problems),
    parameters: parts.parameters,
    constraints: own.constraints ?? [],
    points: own.points ?? [],
    ...(parts.earlyTerminate === undefined ? {} : { early_terminate: parts.earlyTerminate }),
    command: commandOf(shape),
    env: environmentOf(shape, problems),
    budget: budgetOf(shape, problems),
    resources: own.resources ?? { pool: specDefaults.pool, gpus: specDefaults.gpus },
    retries: own.retries ?? specDefaults.retries,
    ignored: parts.ignored,
  };
}

function objectivesOf(
  { metric, metrics, objectives }: SpecShape,
  problems: SpecProblems,
): readonly Objective[] {
  const given = [metric && 'metric', metrics && 'metrics', objectives && 'objectives'].filter(
    (key) => key !== undefined,
  );
  if (given.length > 1) {
    const detail = `${given.map((key) => `"${key}"`).join(' and ')} exclude each other; use "metric" for one objective, "metrics" for several.`;
    problems.add('spec/conflict', `/${given[1] ?? ''}`, detail);
  }
  return objectives ?? metrics ?? (metric === undefined ? [] : [metric]);
}

function commandOf({ command }: SpecShape): readonly string[] {
  return command === undefined || command.length === 0 ? specDefaults.command : command.map(argumentOf);
}

/** Names that the agent sets itself; a spec that set them would break the run. */
const reservedEnvironment = /^(SWATH_|WANDB_SWEEP_ID$|WANDB_RUN_ID$|CUDA_VISIBLE_DEVICES$)/;

function environmentOf({ env }: SpecShape, problems: SpecProblems): { readonly [name: string]: string } {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(env ?? {})) {
    const pointer = pointerTo('/env', name);
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      const detail = `"${name}" cannot name an environment variable; use letters, digits and "_".`;
      problems.add('spec/env-name', pointer, detail, { got: name, bound: '[A-Za-z_][A-Za-z0-9_]*' });
    } else if (reservedEnvironment.test(name)) {
      problems.add('spec/env-name', pointer, `"${name}" is set by the agent; choose another name.`, {
        got: name,
      });
    }
    result[name] = argumentOf(value);
  }
  return result;
}

function budgetOf({ budget, run_cap }: SpecShape, problems: SpecProblems): SweepBudget {
  const trials = [budget?.max_trials, run_cap].filter((limit) => limit !== undefined);
  const amount = (key: 'max_cost' | 'max_gpu_hours' | 'max_cost_per_trial') => {
    const written = budget?.[key];
    if (written === undefined) return {};
    const decimal = decimalOf(written);
    if (decimal !== undefined) return { [key]: decimal };
    const detail = `"${key}" must be a positive amount with at most 6 fraction digits, such as 20 or 12.50.`;
    problems.add('spec/format', `/budget/${key}`, detail, {
      got: written,
      bound: 'more than 0, 6 fraction digits',
    });
    return {};
  };
  const duration = (key: 'max_wall_clock' | 'max_trial_duration') => {
    const written = budget?.[key];
    if (written === undefined) return {};
    const seconds = secondsOf(written);
    if (seconds !== undefined) return { [key]: seconds };
    const detail = `"${key}" must be between 1 second and 3650 days.`;
    problems.add('spec/format', `/budget/${key}`, detail, { got: written, bound: '1s to 3650d' });
    return {};
  };
  return {
    ...(trials.length === 0 ? {} : { max_trials: Math.min(...trials) }),
    ...amount('max_cost'),
    ...(budget?.currency === undefined ? {} : { currency: budget.currency }),
    ...amount('max_gpu_hours'),
    ...duration('max_wall_clock'),
    ...amount('max_cost_per_trial'),
    ...duration('max_trial_duration'),
    max_consecutive_initial_failures:
      budget?.max_consecutive_initial_failures ?? specDefaults.initialFailures,
    on_exhaust: budget?.on_exhaust ?? specDefaults.onExhaust,
  };
}

/** Keeps W&B's keys that change nothing here and says so for those whose absence of effect could surprise. */
function ignoredOf(
  written: { readonly [key: string]: Json },
  problems: SpecProblems,
): { readonly [key: string]: Json } {
  const kept = Object.entries(written).filter(([key]) => ignoredKeyNames.includes(key));
  for (const key of ['controller', 'scheduler', 'job', 'image_uri'].filter((name) => name in written)) {
    const detail = `"${key}" is kept but changes nothing: trials are proposed by Swath and run on its pools.`;
    problems.warn('spec/ignored-key', `/${key}`, detail);
  }
  const before = written['ignored'];
  return { ...(isFields(before) ? before : {}), ...Object.fromEntries(kept) };
}
