/**
 * After a restart of the agent: what became of the attempts of its predecessor. Those whose guard lives are adopted;
 * those that ended meanwhile are reported from the exit on disk; of the others whatever is left is killed.
 */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessExit } from '@swath/contracts';
import { connectToGuard } from '../guard/guard-link.js';
import { isAlive } from '../guard/process-tree.js';
import type { Log } from '../log.js';
import { attemptFiles, attemptsFolder } from './attempt-files.js';
import type { AttemptFiles } from './attempt-files.js';
import { bootId, readRecord } from './attempt-record.js';
import type { AttemptRecord } from './attempt-record.js';
import { Attempt, endWithoutGuard, exitOfLostGuard, readExit } from './attempt.js';

/** What was found of one attempt. */
export type FoundAttempt =
  | { readonly kind: 'running'; readonly attempt: Attempt }
  | {
      readonly kind: 'ended';
      readonly record: AttemptRecord;
      readonly files: AttemptFiles;
      readonly exit: ProcessExit;
    };

/** Looks at every record of the agent's folder, in the order of their starts; folders without a record never started and are removed. */
export async function findAttempts(
  agentFolder: string,
  onGap: () => void,
  log: Log,
): Promise<FoundAttempt[]> {
  const found: FoundAttempt[] = [];
  for (const name of listFolder(attemptsFolder(agentFolder))) {
    const folder = join(attemptsFolder(agentFolder), name);
    const record = readRecord(join(folder, 'attempt.json'));
    if (record === undefined || record.grant.attemptId !== name) {
      rmSync(folder, { recursive: true, force: true });
      continue;
    }
    found.push(await findOne(agentFolder, record, onGap, log));
  }
  return found.sort((a, b) => (startedNs(a) < startedNs(b) ? -1 : 1));
}

function startedNs(found: FoundAttempt): bigint {
  return found.kind === 'running' ? found.attempt.startedNs : BigInt(found.record.startedNs);
}

async function findOne(
  agentFolder: string,
  record: AttemptRecord,
  onGap: () => void,
  log: Log,
): Promise<FoundAttempt> {
  const files = attemptFiles(agentFolder, record.grant);
  const sameBoot = record.bootId === bootId();
  if (sameBoot && isAlive(record.guard)) {
    const guard = await connectToGuard(record.guard, files.socket);
    if (guard !== undefined) {
      const { grant, namespace, command, ahead = false } = record;
      const startedNs = BigInt(record.startedNs);
      const deadlineNs = BigInt(record.deadlineNs);
      log.info({ leaseId: grant.leaseId }, 'attempt of an earlier agent found running');
      const attempt = new Attempt({
        grant,
        files,
        guard,
        namespace,
        command,
        startedNs,
        deadlineNs,
        ahead,
        onGap,
        log,
      });
      return { kind: 'running', attempt };
    }
  }
  const written = readExit(files.exit);
  const reaped = sameBoot
    ? await endWithoutGuard({ ...record, files, guard: { process: record.guard } }, record.command)
    : true;
  const elapsedMs = sameBoot ? Number(process.hrtime.bigint() - BigInt(record.startedNs)) / 1e6 : 0;
  const exit = written ?? exitOfLostGuard(elapsedMs, reaped);
  log.info({ leaseId: record.grant.leaseId, cause: exit.cause }, 'attempt of an earlier agent found ended');
  return { kind: 'ended', record, files, exit };
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
