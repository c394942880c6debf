// What a local stack (`swath up`, `npm start`) left in its data folder for the command line: its first API key and its address.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Host } from '../host.js';

/** A local stack that is or was here. */
export interface LocalStack {
  readonly apiKey: string;
  readonly apiKeyFile: string;
  /** Address of its API, when it wrote it down. */
  readonly address: string | undefined;
}

/** The stack of the data folder: SWATH_DATA_DIR, else `.swath` in the current folder; undefined when there is no key there. */
export function readLocalStack({ cwd, env }: Host): LocalStack | undefined {
  const folder = resolve(cwd, env['SWATH_DATA_DIR'] || '.swath');
  const apiKeyFile = join(folder, 'api-key');
  const apiKey = readLine(apiKeyFile);
  return apiKey === undefined
    ? undefined
    : { apiKey, apiKeyFile, address: readLine(join(folder, 'api-url')) };
}

function readLine(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
