// The ports of both workflows over plain objects: a sweep whose trials end when the test says so. It tells Temporal what the outbox
// relay would tell it. For tests of the workflows alone; the real ports are tested on PostgreSQL.
import { trialIdOf } from '@swath/contracts';
import type { SweepState } from '@swath/contracts';
import { signalAttemptEnded, signalSweepChanged, signalTrialsDone, startTrials } from '@swath/temporal';
import type { ControlClient } from '@swath/temporal';
import { ApplicationFailure } from '@temporalio/common';
import type { LaunchReply, SweepActivities, TrialActivities } from '../src/ports/index.js';

/** What the test decides. */
export interface InMemorySweepSettings {
  readonly sweepId: string;
  /** Points of the search space. */
  readonly points: number;
  readonly window: number;
  /** How often a failed attempt is repeated. */
  readonly retries?: number;
  /** Milliseconds between unprompted looks of the trials. */
  readonly rereadMs?: number;
  /** Launches from this request number on fail for good. */
  readonly brokenFromRequest?: number;
}

type AttemptEnd = 'open' | 'finished' | 'failed' | 'cancelled';

interface MemoryTrial {
  readonly id: string;
  readonly attempts: AttemptEnd[];
  closed: boolean;
}

/** One sweep in memory. */
export class InMemorySweep {
  readonly trials = new Map<string, MemoryTrial>();
  /** Answers by request number: a repeated request gets the stored one. */
  readonly launches = new Map<number, LaunchReply>();
  state: SweepState = 'running';
  failure: string | undefined;

  constructor(
    private readonly settings: InMemorySweepSettings,
    private readonly control: ControlClient,
  ) {}

  /** The activities to register with a worker. */
  readonly activities: SweepActivities & TrialActivities = {
    sweepStatus: async () => ({
      state: this.state,
      window: this.settings.window,
      open: this.openTrials().length,
      launchable: this.state === 'running' ? this.settings.points - this.trials.size : 0,
      exhausted: this.trials.size === this.settings.points,
      nextRequest: this.launches.size + 1,
      dueInMs: null,
    }),
    launchTrials: async ({ requestNumber, count }) => {
      if (requestNumber >= (this.settings.brokenFromRequest ?? Infinity)) {
        throw ApplicationFailure.nonRetryable('the searcher is broken');
      }
      const stored = this.launches.get(requestNumber);
      if (stored !== undefined) return stored;
      const created: string[] = [];
      while (created.length < count && this.trials.size < this.settings.points) {
        const id = trialIdOf(this.settings.sweepId, this.trials.size + 1);
        this.trials.set(id, { id, attempts: ['open'], closed: false });
        created.push(id);
      }
      const reply = { launched: created.length };
      this.launches.set(requestNumber, reply);
      const { rereadMs } = this.settings;
      await startTrials(this.control, created, rereadMs === undefined ? {} : { rereadMs });
      return reply;
    },
    finishSweep: async ({ failure }) => {
      this.failure = failure;
      this.state = failure !== undefined ? 'failed' : this.state === 'cancelling' ? 'cancelled' : 'finished';
      return this.state;
    },
    advanceTrial: async (trialId) => {
      const trial = this.trialOf(trialId);
      const last = trial.attempts.at(-1);
      if (last === 'failed' && trial.attempts.length <= (this.settings.retries ?? 0)) {
        trial.attempts.push('open');
      } else if (last !== 'open' && !trial.closed) {
        trial.closed = true;
        await signalTrialsDone(this.control, this.settings.sweepId, [trialId]);
      }
      return { status: trial.closed ? 'closed' : 'waiting', attempt: trial.attempts.length };
    },
  };

  /** Trials that have not closed. */
  openTrials(): MemoryTrial[] {
    return [...this.trials.values()].filter((trial) => !trial.closed);
  }

  /** Ends the running attempt of a trial; `tell: false` loses the signal. */
  async endAttempt(trialId: string, end: Exclude<AttemptEnd, 'open'>, { tell = true } = {}): Promise<void> {
    const { attempts } = this.trialOf(trialId);
    const number = attempts.length;
    attempts[number - 1] = end;
    if (tell) await signalAttemptEnded(this.control, trialId, number);
  }

  /** Cancels the sweep as a person would: state first, then the signal. */
  async cancel(): Promise<void> {
    this.state = 'cancelling';
    await signalSweepChanged(this.control, this.settings.sweepId);
  }

  private trialOf(trialId: string): MemoryTrial {
    const trial = this.trials.get(trialId);
    if (trial === undefined) throw new Error(`no trial ${trialId}`);
    return trial;
  }
}
