/**
 * The environment of the user's command: the agent's own without what belongs to Swath, the sweep's `env`, then ours.
 * Pure; `run-attempt.ts` calls it, and the table in docs/operations.md lists the same names.
 */
import type { LeaseGrant } from '@swath/contracts';
import type { AttemptFiles } from './attempt-files.js';

/** What the environment is made from. */
export interface EnvironmentSource {
  readonly grant: LeaseGrant;
  readonly files: AttemptFiles;
  /** Address of the API. */
  readonly host: string;
  /** The environment of the agent. */
  readonly inherited: Readonly<Record<string, string | undefined>>;
  /** Folder of `swath.py`. */
  readonly pythonFolder: string;
  /** From the provider: which devices the command sees. */
  readonly devices: Readonly<Record<string, string>>;
  /** Folder with the checkpoint of an earlier attempt; undefined when there is none. */
  readonly resumeFrom: string | undefined;
}

/** Name of the variable that marks every process of an attempt. */
export const MARKER = 'SWATH_ATTEMPT_ID';

/** Variables of the agent's environment that a command must not get: credentials and settings of Swath, debug hooks of Node. */
function isOurs(name: string): boolean {
  return name.startsWith('SWATH_') || name === 'NODE_OPTIONS' || name === 'NODE_CHANNEL_FD';
}

/** The variables of one attempt. Ours go before the sweep's, the sweep's before the node's. */
export function attemptEnvironment(source: EnvironmentSource): Record<string, string> {
  const { grant, inherited, pythonFolder, devices } = source;
  const base: Record<string, string> = {};
  for (const [name, value] of Object.entries(inherited)) {
    if (value !== undefined && !isOurs(name)) base[name] = value;
  }
  const pythonPath = grant.env['PYTHONPATH'] ?? base['PYTHONPATH'];
  return {
    ...base,
    PYTHONUNBUFFERED: '1',
    ...grant.env,
    ...devices,
    ...swathVariables(source),
    ...wandbVariables(source),
    PYTHONPATH:
      pythonPath === undefined || pythonPath === '' ? pythonFolder : `${pythonFolder}:${pythonPath}`,
  };
}

function swathVariables({ grant, files, host, resumeFrom }: EnvironmentSource): Record<string, string> {
  return {
    SWATH_HOST: host,
    SWATH_TOKEN: grant.token,
    SWATH_SWEEP_ID: grant.sweepId,
    SWATH_TRIAL_ID: grant.trialId,
    SWATH_TRIAL_NUMBER: String(grant.trialNumber),
    SWATH_ATTEMPT: String(grant.attempt),
    [MARKER]: grant.attemptId,
    SWATH_RUN_ID: grant.runId,
    SWATH_METRICS: files.metrics,
    SWATH_PARAMETERS: files.parameters,
    SWATH_SEED: String(grant.seed),
    SWATH_CHECKPOINT_DIR: files.checkpoints,
    ...(grant.objective === undefined ? {} : { SWATH_OBJECTIVE: grant.objective }),
    ...(resumeFrom === undefined ? {} : { SWATH_RESUME_FROM: resumeFrom }),
    ...(grant.checkpointSignal === undefined ? {} : { SWATH_CHECKPOINT_SIGNAL: grant.checkpointSignal }),
  };
}

/** What `wandb.init` reads in a sweep; posting each second makes early stopping as fast as that client allows. */
function wandbVariables({ grant, files, host }: EnvironmentSource): Record<string, string> {
  return {
    WANDB_BASE_URL: host,
    WANDB_API_KEY: grant.token,
    WANDB_PROJECT: grant.project,
    WANDB_SWEEP_ID: grant.sweepId,
    WANDB_RUN_ID: grant.runId,
    WANDB_DIR: files.folder,
    WANDB_SWEEP_PARAM_PATH: files.wandbParameters,
    WANDB_X_FILE_STREAM_TRANSMIT_INTERVAL: '1',
  };
}
