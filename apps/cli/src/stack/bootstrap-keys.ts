// Makes the first two keys of a data folder: one for people, one for the agent. The API reads the same files at its start and stores
// their hashes, so a key works from the first request on. Called by the stack before the API starts.
import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the keys are. */
export interface BootstrapKeys {
  /** File with the API key, `swk_`, a part that may be shown, a dash and 40 characters: what wandb clients of every age take. */
  readonly apiKeyFile: string;
  /** File with the agent's key, `swa_`, in the same form. */
  readonly agentKeyFile: string;
  /** The API key itself. */
  readonly apiKey: string;
}

/**
 * Returns the keys of a data folder, creating missing ones in files that only this user can read.
 *
 * @param dataDir an existing folder
 */
export function bootstrapKeys(dataDir: string): BootstrapKeys {
  const apiKeyFile = join(dataDir, 'api-key');
  const agentKeyFile = join(dataDir, 'agent-key');
  ensureKey(apiKeyFile, 'swk_');
  ensureKey(agentKeyFile, 'swa_');
  return { apiKeyFile, agentKeyFile, apiKey: readFileSync(apiKeyFile, 'utf8').trim() };
}

// Written aside and linked into place: the file appears whole, and one that is there is never replaced.
function ensureKey(file: string, prefix: string): void {
  const draft = `${file}.${process.pid}`;
  const shown = randomBytes(4).toString('hex');
  const secret = randomBytes(20).toString('hex');
  writeFileSync(draft, `${prefix}${shown}-${secret}\n`, { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
