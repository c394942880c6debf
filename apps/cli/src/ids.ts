// What a person may write for a trial or sweep: an id, or the short form that a table shows.
import { idPatterns } from '@swath/contracts';
import { usageError } from './output/cli-error.js';

/** The sweep id of an argument. @throws CliError `cli/usage` */
export function sweepIdArgument(text: string): string {
  if (idPatterns.sweep.test(text)) return text;
  throw usageError(`"${text}" is not a sweep id such as sw_1a2b3c4d`, 'swath sweep list shows the ids');
}

/** The trial id of an argument. @throws CliError `cli/usage` */
export function trialIdArgument(text: string): string {
  if (idPatterns.trial.test(text)) return text;
  const hint = idPatterns.sweep.test(text)
    ? `that is a sweep; swath trial list ${text} shows its trials`
    : 'swath trial list SWEEP shows the ids';
  throw usageError(`"${text}" is not a trial id such as tr_1a2b3c4d-7`, hint);
}
