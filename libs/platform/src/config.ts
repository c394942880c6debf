// Reads an app's settings from the environment: typed and frozen, or one error that names every variable at fault. Called once, first
// thing, by each app's main.ts with the zod schema of its *.config.ts.

/** The part of a zod schema that is used here; keeps zod out of this package. */
export interface SettingsSchema<T> {
  /** The parsed value, or every problem with its path. */
  safeParse(input: unknown):
    | { readonly success: true; readonly data: T }
    | {
        readonly success: false;
        readonly error: {
          readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
        };
      };
}

/** Deeply read-only. */
export type Frozen<T> = T extends readonly unknown[] | object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;

/** Settings are missing or wrong; `problems` has one line for each, beginning with the variable's name. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(
      [
        'The settings are not valid; correct these environment variables:',
        ...problems.map((p) => `  ${p}`),
      ].join('\n'),
    );
    this.name = 'ConfigError';
  }
}

/**
 * Parses and freezes settings.
 *
 * @param schema what is expected, by variable name
 * @param env the process environment; an empty variable counts as not set
 * @throws ConfigError naming all problems at once; values are not repeated, because some are secrets
 */
export function parseConfig<T>(
  schema: SettingsSchema<T>,
  env: Readonly<Record<string, string | undefined>>,
): Frozen<T> {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return deepFreeze(parsed.data);
  throw new ConfigError(
    parsed.error.issues.map(({ path, message }) => `${path.map(String).join('.') || '(all)'}: ${message}`),
  );
}

function deepFreeze<T>(value: T): Frozen<T>;
function deepFreeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  const members: unknown[] = Object.values(Object.freeze(value));
  for (const member of members) deepFreeze(member);
  return value;
}
