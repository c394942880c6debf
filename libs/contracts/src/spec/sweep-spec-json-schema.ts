/**
 * The sweep spec as JSON Schema, from the same zod schemas that check it. Served by the API, read by editors, rendered as
 * the reference page.
 */
import { z } from 'zod';
import { earlyTerminateSchemas, wandbHyperbandSchema } from './early-terminate.schema.js';
import { distributionSchemas, groupSchema, parameterNamePattern } from './search-space.schema.js';
import { specLimits } from './spec-limits.js';
import { sweepSpecSchema } from './sweep-spec.schema.js';

const parameter: z.ZodType = z
  .union([
    ...Object.values(distributionSchemas),
    groupSchema.extend({
      get parameters() {
        return parameters;
      },
    }),
  ])
  .meta({ id: 'Parameter' });

const parameters: z.ZodType = z
  .record(z.string().regex(parameterNamePattern).max(specLimits.nameLength), parameter)
  .describe('What may vary: a name and a description for each parameter.');

/** JSON Schema (draft 2020-12) of what a user writes. */
export function sweepSpecJsonSchema(): Record<string, unknown> {
  const published = sweepSpecSchema.omit({ ignored: true, objectives: true }).extend({
    parameters,
    early_terminate: z
      .union([...Object.values(earlyTerminateSchemas), wandbHyperbandSchema])
      .describe('When a trial ends early.')
      .exactOptional(),
  });
  const schema = z.toJSONSchema(published, { io: 'input', unrepresentable: 'any' });
  return { ...schema, title: 'Swath sweep spec' };
}
