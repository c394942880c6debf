// The flags that every command understands; `commands/define.ts` adds them.
import type { ColorMode } from './output/style.js';

/** Flags that every command understands. */
export interface CommonFlags {
  readonly host?: string;
  readonly project?: string;
  readonly json?: boolean;
  /** Names after `--json=`. */
  readonly fields?: string;
  readonly format?: 'table' | 'csv' | 'json';
  readonly quiet?: boolean;
  /** False after `--no-progress`. */
  readonly progress?: boolean;
  readonly color?: ColorMode;
  readonly yes?: boolean;
}
