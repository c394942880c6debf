/** Brings the checkpoint of an earlier attempt to this node, before the attempt that goes on from it is started. */
import { rmSync, writeFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LeaseGrant } from '@swath/contracts';
import type { AttemptContext } from '../attempt/attempt-context.js';
import type { AttemptFiles } from '../attempt/attempt-files.js';
import { GatewayError } from '../gateway/http-json.js';
import { untilAnswered } from '../gateway/retry.js';
import { digestOf, stateOf, unpack } from './archive.js';

/** How often an archive may arrive damaged or cut short: more often, it is damaged in the store, and a lease is paid meanwhile. */
const MOST_DAMAGED = 4;

/**
 * Fills the checkpoint folder of an attempt. The folder gets the whole checkpoint or nothing. While the server cannot be reached it is
 * asked again; an archive that arrives damaged again and again is given up.
 *
 * @returns whether there is something to go on from
 */
export async function restoreCheckpoint(
  { leaseId, resume }: Pick<LeaseGrant, 'leaseId' | 'resume'>,
  files: Pick<AttemptFiles, 'folder' | 'checkpoints' | 'checkpointState'>,
  { gateway, log, signal }: Pick<AttemptContext, 'gateway' | 'log' | 'signal'>,
): Promise<boolean> {
  if (resume === undefined) return false;
  const archive = join(files.folder, 'resume.tar');
  const draft = join(files.folder, 'resume');
  let damaged = 0;
  const read = async (): Promise<void> => {
    const whole = await gateway.readCheckpoint(leaseId, archive, signal);
    if (whole && (await digestOf(archive)) === resume.sha256) return;
    damaged += 1;
    const problem = `the archive has arrived ${damaged} times without its SHA-256 ${resume.sha256}`;
    if (damaged >= MOST_DAMAGED) throw new Error(problem);
    throw new GatewayError(problem, { status: 0 });
  };
  try {
    await untilAnswered(read, { signal, maxDelayMs: 5000 });
    rmSync(draft, { recursive: true, force: true });
    await unpack(archive, draft);
    await rm(files.checkpoints, { recursive: true, force: true });
    await rename(draft, files.checkpoints);
    writeFileSync(files.checkpointState, (await stateOf(files.checkpoints)) ?? '');
    return true;
  } catch (error) {
    log.warn(
      { leaseId, checkpoint: resume.checkpoint, reason: String(error) },
      'the checkpoint cannot be had; the attempt starts from the beginning',
    );
    return false;
  } finally {
    rmSync(archive, { force: true });
    rmSync(draft, { recursive: true, force: true });
  }
}
