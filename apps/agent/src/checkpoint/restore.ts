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

/**
 * Fills the checkpoint folder of an attempt. The folder gets the whole checkpoint or nothing.
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
  try {
    await untilAnswered(
      async () => {
        await gateway.readCheckpoint(leaseId, archive, signal);
        const found = await digestOf(archive);
        // Worth another try: the connection may have been cut between two bytes.
        if (found !== resume.sha256)
          throw new GatewayError(`the archive has SHA-256 ${found}, expected ${resume.sha256}`, {
            status: 0,
          });
      },
      { signal, maxDelayMs: 5000 },
    );
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
