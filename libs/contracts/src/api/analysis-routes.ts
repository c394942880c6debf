/** Operations that say what a sweep has taught. Part of the route table in `routes.ts`. */
import { z } from 'zod';
import { sweepParams } from './requests.js';
import type { Route } from './route.js';

const share = z.number().min(0).max(1);

const importanceSchema = z
  .object({
    /** Finished trials with a finite value. */
    trials: z.int().min(0),
    /** Trials below which nothing is said: the answer would be noise. */
    leastTrials: z.int().min(1),
    /** Trials the answer rests on: all of `trials`, or an even part of them. */
    used: z.int().min(0),
    /** Most important first; empty with too few trials, or when all of them have one value. */
    parameters: z.array(
      z.object({
        /** Names from the root joined by dots. */
        name: z.string(),
        /** Share of the objective's variance over the search space that the parameter explains alone. */
        importance: share,
        /** 5 % and 95 % quantile over the trees of the forest. */
        interval: z.tuple([share, share]),
      }),
    ),
    /** Share left to parameters acting together; null where `parameters` is empty. */
    interactions: share.nullable(),
  })
  .meta({ id: 'Importance' });

/** Routes about what a sweep has taught. */
export const analysisRoutes = {
  getImportance: {
    method: 'GET',
    path: '/api/v1/sweeps/{sweepId}/plots/importance',
    operationId: 'getImportance',
    summary: 'Say which parameters mattered, by functional analysis of variance over the finished trials',
    tag: 'Sweeps',
    scope: 'viewer',
    bucket: 'read',
    params: sweepParams,
    response: importanceSchema,
    errors: ['sweep/not-found'],
  },
} as const satisfies Record<string, Route>;

/** Which parameters mattered. */
export type ImportanceView = z.infer<typeof importanceSchema>;
