/**
 * The files of one attempt on this node: one folder, readable by the agent's user only. Made before the attempt starts,
 * removed when its end and all its streams are acknowledged; those of the last failed attempts are kept for a look.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { commandArgsJson } from '@swath/contracts';
import type { LeaseGrant, TrialParameters } from '@swath/contracts';

/** Longest path of a Unix socket that every Linux takes. */
const MAX_SOCKET_PATH = 100;
/** Failed attempts whose folders are kept. */
const KEPT_FAILURES = 5;

/** Paths of one attempt. */
export interface AttemptFiles {
  readonly folder: string;
  /** Working directory when the sweep names none. */
  readonly work: string;
  readonly metrics: string;
  readonly metricsJournal: string;
  readonly output: string;
  readonly outputJournal: string;
  /** Parameters as one JSON object. */
  readonly parameters: string;
  /** The same as `{name: {value}}`, for `WANDB_SWEEP_PARAM_PATH`; JSON is YAML. */
  readonly wandbParameters: string;
  readonly exit: string;
  /** `AttemptRecord`, for an agent that was restarted. */
  readonly record: string;
  readonly socket: string;
  /** What the command saves to go on from; a new attempt finds the last durable checkpoint there, or nothing. */
  readonly checkpoints: string;
  /** State of that folder that is durable, as `stateOf` tells it. */
  readonly checkpointState: string;
}

/** Folder of all attempts. */
export function attemptsFolder(agentFolder: string): string {
  return join(agentFolder, 'attempts');
}

/** Where everything of an attempt lies; ids come from the server and are checked by `isSafeId` before. */
export function attemptFiles(agentFolder: string, ids: { attemptId: string; trialId: string }): AttemptFiles {
  const folder = join(attemptsFolder(agentFolder), ids.attemptId);
  const inside = (name: string): string => join(folder, name);
  const socket = inside('guard.sock');
  return {
    folder,
    work: inside('work'),
    metrics: inside('metrics.jsonl'),
    metricsJournal: inside('metrics.journal'),
    output: inside('output.jsonl'),
    outputJournal: inside('output.journal'),
    parameters: inside('parameters.json'),
    wandbParameters: inside('wandb-parameters.yaml'),
    exit: inside('exit.json'),
    record: inside('attempt.json'),
    socket: socket.length <= MAX_SOCKET_PATH ? socket : shortSocket(agentFolder, ids.attemptId),
    checkpoints: inside('checkpoints'),
    checkpointState: inside('checkpoint.state'),
  };
}

/** An id that can be a file name: no separator, no dot at the start. */
export function isSafeId(id: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(id);
}

/** Makes the folder and writes what the command will read. */
export function createAttemptFiles(files: AttemptFiles, grant: LeaseGrant): void {
  mkdirSync(files.work, { recursive: true, mode: 0o700 });
  mkdirSync(files.checkpoints, { recursive: true, mode: 0o700 });
  mkdirSync(dirname(files.socket), { recursive: true, mode: 0o700 });
  writeFileSync(files.parameters, commandArgsJson(grant.parameters), { mode: 0o600 });
  writeFileSync(files.wandbParameters, wandbParameters(grant.parameters), { mode: 0o600 });
}

/** Removes what was made for an attempt that will not start here. */
export function removeAttemptFiles(files: AttemptFiles): void {
  rmSync(files.folder, { recursive: true, force: true });
}

/** Removes the folder, or keeps it among the last failed ones. Does not follow symbolic links. */
export async function releaseAttemptFiles(
  agentFolder: string,
  files: AttemptFiles,
  { keep }: { keep: boolean },
): Promise<void> {
  rmSync(files.socket, { force: true });
  if (!keep) {
    removeAttemptFiles(files);
    return;
  }
  const kept = join(agentFolder, 'failed');
  mkdirSync(kept, { recursive: true, mode: 0o700 });
  rmSync(files.checkpoints, { recursive: true, force: true });
  rmSync(files.record, { force: true });
  const target = join(kept, files.folder.slice(files.folder.lastIndexOf('/') + 1));
  rmSync(target, { recursive: true, force: true });
  await rename(files.folder, target);
  for (const old of oldestFirst(kept).slice(0, -KEPT_FAILURES)) rmSync(old, { recursive: true, force: true });
}

function oldestFirst(folder: string): string[] {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .map((path) => ({ path, at: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => a.at - b.at)
    .map(({ path }) => path);
}

function wandbParameters(parameters: TrialParameters): string {
  const wrapped = Object.entries(parameters).map(([name, value]) => [name, { value }]);
  return JSON.stringify(Object.fromEntries(wrapped));
}

function shortSocket(agentFolder: string, attemptId: string): string {
  const owner = createHash('sha256').update(agentFolder).digest('hex').slice(0, 12);
  return join(tmpdir(), `swath-${owner}`, `${attemptId}.sock`);
}
