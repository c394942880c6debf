/** The orchestrator's settings from the environment, read once by `main.ts`: all problems at once, or a frozen value. */
import { z } from 'zod';
import { CONTROL_TASK_QUEUE, DEFAULT_NAMESPACE } from '@swath/temporal';

const schema = z.object({
  /** PostgreSQL, migrated: `postgres://user:password@host:port/database`. */
  SWATH_DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\//, 'must begin with postgres://'),
  /** `host:port` of the Temporal frontend. */
  SWATH_TEMPORAL_ADDRESS: z
    .string()
    .regex(/^\S+:\d+$/, 'must be host:port')
    .default('127.0.0.1:7233'),
  SWATH_TEMPORAL_NAMESPACE: z.string().min(1).default(DEFAULT_NAMESPACE),
  /** Only for several stacks in one namespace. */
  SWATH_TEMPORAL_TASK_QUEUE: z.string().min(1).default(CONTROL_TASK_QUEUE),
  /** `true` encrypts the connection to Temporal. */
  SWATH_TEMPORAL_TLS: z.enum(['true', 'false']).default('false'),
  /** Bearer token for Temporal; needs SWATH_TEMPORAL_TLS=true. */
  SWATH_TEMPORAL_API_KEY: z.string().min(1).optional(),
  SWATH_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});

/** Settings of one orchestrator process. */
export interface OrchestratorConfig {
  readonly databaseUrl: string;
  readonly temporal: {
    readonly address: string;
    readonly namespace: string;
    readonly taskQueue: string;
    readonly tls: boolean;
    readonly apiKey?: string;
  };
  /** Least severe level that is logged. */
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
}

/**
 * Reads the settings.
 *
 * @throws Error that names every variable at fault
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env): OrchestratorConfig {
  const parsed = schema.safeParse(env);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`The orchestrator cannot start; correct these variables:\n${problems.join('\n')}`);
  }
  const values = parsed.data;
  return Object.freeze({
    databaseUrl: values.SWATH_DATABASE_URL,
    temporal: Object.freeze({
      address: values.SWATH_TEMPORAL_ADDRESS,
      namespace: values.SWATH_TEMPORAL_NAMESPACE,
      taskQueue: values.SWATH_TEMPORAL_TASK_QUEUE,
      tls: values.SWATH_TEMPORAL_TLS === 'true',
      ...(values.SWATH_TEMPORAL_API_KEY === undefined ? {} : { apiKey: values.SWATH_TEMPORAL_API_KEY }),
    }),
    logLevel: values.SWATH_LOG_LEVEL,
  });
}
