/**
 * One study of the ask/tell protocol: keeps the trials, asks the searchers for points and the pruner for decisions.
 * `protocol.ts` feeds it requests; there is no I/O here.
 */
import type { EarlyTerminate, Json, SearchMethod, SearchSpace, TrialParameters } from '@swath/contracts';

import type { PrunerState } from '../fidelity/pruner-state.js';
import { createPruner, promoteTrials, reportMeasurement } from '../fidelity/pruner-state.js';
import { rungsOf } from '../fidelity/rungs.js';
import type { Direction } from '../objective/compare.js';
import { suggest } from '../searchers/registry.js';
import type { Observation, PendingTrial, SuggestRequest } from '../searchers/searcher.js';

/** What `init` says. */
export interface StudySettings {
  readonly space: SearchSpace;
  readonly metric: string;
  readonly direction: Direction;
  readonly method: SearchMethod;
  readonly seed: number;
  readonly parallel: number;
  readonly budget: number | null;
  /** Resource of a full training when every step is reported; `null` without early stopping. */
  readonly maxSteps: number | null;
}

/** A trial handed out by `ask`: a new one with its parameters, or a paused one that goes on. */
export type AskedTrial =
  { readonly id: string; readonly params: TrialParameters } | { readonly id: string; readonly resume: true };

/** How a trial ended, as `tell` says it. */
export interface Outcome {
  readonly status: Observation['status'];
  readonly value: number | null;
  readonly curve?: readonly (readonly [number, number])[];
  readonly seconds?: number;
}

interface RunningTrial {
  readonly number: number;
  readonly parameters: TrialParameters;
  readonly curve: (readonly [number, number])[];
}

/** A study in progress. */
export class Study {
  private readonly running = new Map<string, RunningTrial>();
  private readonly history: Observation[] = [];
  private readonly ended = new Set<string>();
  private nextNumber = 0;
  private priors = 0;
  private model: Json = null;
  private pruner: PrunerState | null;

  constructor(private readonly settings: StudySettings) {
    const { maxSteps, direction } = settings;
    this.pruner = maxSteps === null ? null : createPruner(pruningRule(maxSteps), direction);
  }

  /** Up to `count` trials to run now; `done` when none will ever follow. */
  ask(count: number): { trials: readonly AskedTrial[]; done: boolean } {
    const resumed = this.promote(count);
    const missing = count - resumed.length;
    if (missing === 0) return { trials: resumed, done: false };
    const result = suggest(this.request(missing));
    this.model = result.model;
    const started = result.suggestions.map(({ parameters }) => {
      const number = this.nextNumber++;
      const id = `t${number}`;
      this.running.set(id, { number, parameters, curve: [] });
      return { id, params: parameters };
    });
    const trials = [...resumed, ...started];
    return { trials, done: trials.length === 0 && result.exhausted };
  }

  /**
   * Records the end of a trial, or a prior trial when `parameters` come with an unknown id.
   *
   * @throws Error for an id that is unknown or has ended
   */
  tell(id: string, outcome: Outcome, parameters?: TrialParameters): void {
    if (this.ended.has(id)) throw new Error(`id: trial "${id}" has already ended`);
    const trial = this.running.get(id);
    if (trial === undefined && parameters === undefined) throw new Error(`id: no trial is called "${id}"`);
    this.running.delete(id);
    this.ended.add(id);
    const number = trial?.number ?? -++this.priors;
    const known = trial ?? { parameters: parameters ?? {}, curve: [] };
    this.history.push({ ...observed(number, known, outcome), ...(trial === undefined && { prior: true }) });
  }

  /**
   * Takes one measurement of a running trial and says what the trial shall do.
   *
   * @throws Error for a trial that is not running, or without early stopping
   */
  report(id: string, step: number, value: number): 'continue' | 'stop' | 'pause' {
    const trial = this.running.get(id);
    if (trial === undefined) throw new Error(`id: no running trial is called "${id}"`);
    if (this.pruner === null) throw new Error('report: the study was started without early_stopping');
    trial.curve.push([step, value]);
    const { state, decision } = reportMeasurement(this.pruner, {
      trial: trial.number,
      resource: step,
      value,
    });
    this.pruner = state;
    return decision.action;
  }

  private promote(count: number): AskedTrial[] {
    if (this.pruner === null) return [];
    const { state, promotions } = promoteTrials(this.pruner, count);
    this.pruner = state;
    return promotions.map(({ trial }) => ({ id: `t${trial}`, resume: true }));
  }

  private request(count: number): SuggestRequest {
    const { space, metric, direction, method, seed, parallel, budget, maxSteps } = this.settings;
    const pending: PendingTrial[] = [...this.running.values()];
    return {
      space,
      objectives: [{ name: metric, direction }],
      method,
      seed,
      history: this.history,
      pending,
      nextNumber: this.nextNumber,
      count,
      parallel,
      model: this.model,
      // Without a number of trials the budget is time: what a trial takes counts.
      costWeighting: budget === null ? 'seconds' : 'none',
      ...(budget !== null && { budget }),
      ...(maxSteps !== null && {
        fidelity: {
          rungs: rungsOf(pruningRule(maxSteps), 0, maxSteps).filter((rung) => rung < maxSteps),
          maxResource: maxSteps,
        },
      }),
    };
  }
}

function observed(
  number: number,
  trial: Pick<RunningTrial, 'parameters' | 'curve'>,
  outcome: Outcome,
): Observation {
  const { status, value, seconds } = outcome;
  const curve = outcome.curve ?? trial.curve;
  return {
    number,
    parameters: trial.parameters,
    status: value === null ? 'failed' : status,
    values: [value],
    ...(curve.length > 0 && { curve }),
    ...(seconds !== undefined && { seconds }),
  };
}

/**
 * W&B's hyperband rule with the rungs 1, 3, 9 of a training of 27. It judges a trial again at each measurement, so the first
 * arrivals at a rung, which nobody could be compared with, do not keep their slot once better trials have come.
 */
function pruningRule(maxSteps: number): EarlyTerminate {
  return { type: 'wandb_hyperband', min_iter: Math.max(1, Math.ceil(maxSteps / 27)), eta: 3, strict: true };
}
