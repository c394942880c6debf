// What finding a Temporal server is about: the ways in find-temporal.ts, each way a step of temporal-steps.ts.
import type { Environment } from './cache-folder.js';

/** A Temporal server or the program that starts one. */
export type TemporalSource =
  | { readonly kind: 'running'; readonly address: string }
  /** The official command line, which holds a development server. */
  | { readonly kind: 'cli'; readonly path: string }
  /** The plain server program, configured by environment. */
  | { readonly kind: 'server'; readonly path: string };

/** What a step may use. */
export interface TemporalSearch {
  readonly env: Environment;
  /** Folder in which fetched programs are kept. */
  readonly cacheDir: string;
  readonly log: (line: string) => void;
}

/** One way to come by a server. A refusal says why, in half a sentence. */
export interface TemporalStep {
  readonly name: string;
  readonly find: (search: TemporalSearch) => Promise<TemporalSource | { readonly refused: string }>;
}
