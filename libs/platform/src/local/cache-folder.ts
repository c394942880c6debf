// Says where downloaded and relocated programs are kept between starts. Called by the PostgreSQL and Temporal finders.
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The folder for things that can be fetched again: `SWATH_CACHE_DIR`, else `swath` below `XDG_CACHE_HOME`, else `~/.cache/swath`.
 *
 * @param env the process environment
 */
export function cacheFolder(env: Environment): string {
  if (env['SWATH_CACHE_DIR']) return env['SWATH_CACHE_DIR'];
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'swath');
}
