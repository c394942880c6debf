/** What a sweep has taught: answers that take computation, ready for a picture. */
import { Controller } from '@nestjs/common';
import type { RouteInput, RouteReply } from '@swath/contracts';
import { readFinishedTrials, readSpec } from '@swath/lifecycle';
import type { Principal } from '@swath/lifecycle';
import { Database } from '@swath/persistence';
import { Access } from '../http/access.js';
import { Caller, Input, Operation } from '../http/operation.js';
import { ImportanceThreads } from './importance-threads.js';

/** With fewer trials the shares are noise, whatever the interval says. */
const LEAST_TRIALS = 20;
/** More trials change the shares by less than the forest's own spread, and cost seconds. */
const MOST_TRIALS = 1_000;

/** Routes below one sweep. */
@Controller()
export class AnalysisController {
  constructor(
    private readonly db: Database,
    private readonly access: Access,
    private readonly threads: ImportanceThreads,
  ) {}

  @Operation('getImportance')
  async importance(
    @Input() { params }: RouteInput<'getImportance'>,
    @Caller() caller: Principal,
  ): Promise<RouteReply<'getImportance'>> {
    const { id } = await this.access.sweep(caller, params.sweepId);
    const trials = await readFinishedTrials(this.db, id);
    const none = { trials: trials.length, leastTrials: LEAST_TRIALS, used: 0, parameters: [] };
    if (trials.length < LEAST_TRIALS) return { ...none, interactions: null };
    const { spec } = await readSpec(this.db, id);
    const found = await this.threads.of(id, trials.length, {
      space: spec.parameters,
      trials: evenPart(trials, MOST_TRIALS),
    });
    if (found === null) return { ...none, interactions: null };
    return {
      ...none,
      used: found.trials,
      interactions: found.interactions,
      parameters: found.parameters.map(({ path, importance, interval: [low, high] }) => ({
        name: path,
        importance,
        interval: [low, high],
      })),
    };
  }
}

/** At most `most` items, evenly spread over the list, so that no time of the sweep counts more than another. */
function evenPart<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, index) => items[Math.floor((index * items.length) / most)]).filter(
    (item) => item !== undefined,
  );
}
