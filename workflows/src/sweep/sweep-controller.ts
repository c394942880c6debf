/**
 * What a sweep workflow remembers and does. PostgreSQL holds the truth, so this holds only what woke it and counters for the
 * query; each round looks, decides with `nextStep`, and acts. Made by `sweep.workflow.ts`, which owns waiting and handlers.
 */
import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import { isSweepEnded } from '@swath/contracts/states';
import type { SweepInput, SweepProgress } from '../messages.js';
import type { SweepActivities, SweepStatus } from '../ports/sweep.activities.js';
import { nextStep, waitMs } from './sweep-state.js';

/** How a round ended: `again` at once, `wait` for a wake-up, or the sweep has `ended`. */
export type Round = 'again' | 'wait' | 'ended';

/** State and operations of one sweep workflow run. */
export class SweepController {
  private readonly input: SweepInput;
  private readonly activities: SweepActivities;

  private awake = false;
  private status: SweepStatus | undefined;
  private doing: SweepProgress['doing'] = 'looking';
  private launches = 0;
  private launched = 0;
  private signalled = 0;
  private failure: string | undefined;

  constructor(input: SweepInput, activities: SweepActivities) {
    this.input = input;
    this.activities = activities;
    this.failure = input.failure;
  }

  /** Whether something happened since the last look began. */
  get isAwake(): boolean {
    return this.awake;
  }

  /** How long to wait for a signal, ms, given the interval between unprompted looks. */
  patience(reconcileMs: number): number {
    return this.status === undefined ? reconcileMs : waitMs(this.status, reconcileMs);
  }

  /** Something may have changed: the next wait ends at once. */
  wake(): void {
    this.awake = true;
  }

  /** Trials have closed. Which ones is PostgreSQL's business. */
  noteDone(trialIds: readonly string[]): void {
    this.signalled += trialIds.length;
    this.wake();
  }

  /** One look and what follows from it. */
  async round(): Promise<Round> {
    this.doing = 'looking';
    this.awake = false;
    this.status = await this.activities.sweepStatus(this.input.sweepId);
    const step = nextStep(this.status, this.failure !== undefined);
    switch (step.kind) {
      case 'launch':
        return this.launch(this.status.nextRequest, step.count);
      case 'finish':
        return this.finish();
      case 'wait':
        this.doing = 'waiting';
        return 'wait';
      case 'ended':
        return 'ended';
    }
  }

  /** Input of the run that follows this one. */
  carry(): SweepInput {
    return this.failure === undefined ? this.input : { ...this.input, failure: this.failure };
  }

  /** Answer to the `sweepProgress` query. */
  progress(): SweepProgress {
    return {
      sweepId: this.input.sweepId,
      launches: this.launches,
      launched: this.launched,
      signalled: this.signalled,
      doing: this.doing,
      ...(this.status === undefined ? {} : { state: this.status.state }),
      ...(this.failure === undefined ? {} : { failure: this.failure }),
    };
  }

  /**
   * An empty launch means that the sweep changed between look and launch, or that a limit is taken up by running trials;
   * both end with a signal, so it waits instead of asking again at once.
   */
  private async launch(requestNumber: number, count: number): Promise<Round> {
    this.doing = 'launching';
    this.launches += 1;
    try {
      const { sweepId } = this.input;
      const { launched } = await this.activities.launchTrials({ sweepId, requestNumber, count });
      this.launched += launched;
      return launched > 0 ? 'again' : 'wait';
    } catch (error) {
      this.failure = permanentFailure(error);
      return 'again';
    }
  }

  /** A sweep that does not end after all (a trial was added meanwhile, a limit raised) sends a signal: it waits for that. */
  private async finish(): Promise<Round> {
    this.doing = 'finishing';
    const { sweepId } = this.input;
    const failure = this.failure === undefined ? {} : { failure: this.failure };
    const state = await this.activities.finishSweep({ sweepId, ...failure });
    return isSweepEnded(state) ? 'ended' : 'wait';
  }
}

/** The message of a failure that no retry can heal. Anything else is not ours to swallow. */
function permanentFailure(error: unknown): string {
  if (error instanceof ActivityFailure && error.cause instanceof ApplicationFailure)
    return error.cause.message;
  throw error;
}
