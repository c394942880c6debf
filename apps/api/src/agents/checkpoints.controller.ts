/** Checkpoints of attempts: archives on their way into the store and out of it, and the removal of those nobody resumes from. */
import { Readable } from 'node:stream';
import { Controller, Inject, Req, Res } from '@nestjs/common';
import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { DomainError } from '@swath/contracts';
import type { CheckpointStored, RouteInput } from '@swath/contracts';
import {
  dropCheckpoints,
  forgetCheckpoints,
  isCheckpoint,
  leaseNode,
  recordCheckpoint,
  resumedCheckpoint,
} from '@swath/lifecycle';
import type { Principal } from '@swath/lifecycle';
import { Database } from '@swath/persistence';
import { BlobMissing, BlobRejected } from '@swath/platform';
import type { BlobStore, Logger } from '@swath/platform';
import { Access } from '../http/access.js';
import { Caller, Input, Operation } from '../http/operation.js';
import type { ApiReply, ApiRequest } from '../http/request.js';

/** The store of checkpoints, apart from other files: its content is removed by its own rules. */
export const CHECKPOINT_STORE = Symbol('CHECKPOINT_STORE');
/** Where the removal of checkpoints is logged. */
export const CHECKPOINT_LOG = Symbol('CHECKPOINT_LOG');

/** Largest archive, bytes: 256 GiB. */
const ARCHIVE_BYTES = 256 * 1024 ** 3;
const REMOVE_EVERY_MS = 60_000;

/** Routes of checkpoints. */
@Controller()
export class CheckpointsController implements OnModuleInit, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly db: Database,
    private readonly access: Access,
    @Inject(CHECKPOINT_STORE) private readonly store: BlobStore,
    @Inject(CHECKPOINT_LOG) private readonly log: Logger,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.removeUnneeded(), REMOVE_EVERY_MS);
    this.timer.unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  @Operation('storeCheckpoint')
  async put(
    @Input() { params, query }: RouteInput<'storeCheckpoint'>,
    @Caller() caller: Principal,
    @Req() request: ApiRequest,
  ): Promise<CheckpointStored> {
    await this.reach(caller, params.leaseId);
    if (!(request.body instanceof Readable))
      throw new DomainError('request/malformed', 'the body must be a tar archive, application/x-tar');
    const archive = await this.store
      .put(request.body, { maxBytes: ARCHIVE_BYTES, sha256: query.sha256 })
      .catch((error: unknown) => {
        throw refusalOf(error);
      });
    const { leaseId } = params;
    try {
      return { checkpoint: await recordCheckpoint(this.db, { leaseId, attempt: query.attempt, archive }) };
    } catch (error) {
      // Refused, so it will not be asked for; after a lost connection it may be.
      if (error instanceof DomainError && !(await isCheckpoint(this.db, archive.sha256)))
        await this.store.remove(archive.sha256);
      throw error;
    }
  }

  @Operation('readCheckpoint')
  async get(
    @Input() { params }: RouteInput<'readCheckpoint'>,
    @Caller() caller: Principal,
    @Res() reply: ApiReply,
  ): Promise<void> {
    await this.reach(caller, params.leaseId);
    const { sha256, size } = await resumedCheckpoint(this.db, params.leaseId);
    const bytes = await this.store.open(sha256).catch((error: unknown) => {
      throw refusalOf(error);
    });
    void reply.header('content-type', 'application/x-tar').header('content-length', size).send(bytes);
  }

  private async reach(caller: Principal, leaseId: string): Promise<void> {
    await this.access.node(caller, await leaseNode(this.db, leaseId));
  }

  private async removeUnneeded(): Promise<void> {
    try {
      await dropCheckpoints(this.db);
      await forgetCheckpoints(this.db, (sha256) => this.store.remove(sha256));
    } catch (error) {
      this.log.warn(
        { reason: String(error) },
        'old checkpoints could not be removed; trying again in a minute',
      );
    }
  }
}

function refusalOf(error: unknown): unknown {
  if (error instanceof BlobMissing) return new DomainError('checkpoint/not-found', error.message);
  if (!(error instanceof BlobRejected)) return error;
  const code = error.reason === 'digest' ? 'request/malformed' : 'request/too-large';
  return new DomainError(code, error.message);
}
