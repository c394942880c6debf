/**
 * Answers a repeated request as before. The stored answer is written in the transaction of its effect where the effect is
 * one transaction of ours, else around it: a crash in between leaves a claim that another request may take over after a
 * minute, and the effects themselves are idempotent by their own keys.
 */
import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DomainError } from '@swath/contracts';
import { Database } from '@swath/persistence';
import type { Queryable, Tx } from '@swath/persistence';
import type { Principal } from '@swath/lifecycle';
import type { ApiReply, ApiRequest } from './request.js';
import { storedAnswer } from './stored-answer.mapper.js';

/** A request and the reply that may be marked as a repetition. */
export interface IdempotentCall {
  readonly request: ApiRequest;
  readonly reply: ApiReply;
  readonly caller: Principal;
  readonly operationId: string;
}

interface Claim {
  readonly principalId: string;
  readonly route: string;
  readonly key: string;
  readonly hash: Buffer;
}

interface StoredRow {
  readonly body_hash: Buffer;
  readonly status: number | null;
  readonly body: unknown;
}

/** Remembers answers by (principal, route, key). */
@Injectable()
export class Idempotency {
  constructor(private readonly db: Database) {}

  /**
   * Runs an effect and stores its answer in one transaction, or gives the stored answer.
   *
   * @throws `request/idempotency-key-missing`, `idempotency/key-reused`
   */
  async inTransaction<T extends object>(call: IdempotentCall, effect: (tx: Tx) => Promise<T>): Promise<T> {
    const claim = claimOf(call);
    return this.db.transaction(async (tx) => {
      if (!(await insertClaim(tx, claim))) return stored<T>(await readClaim(tx, claim), claim, call);
      const answer = await effect(tx);
      await storeAnswer(tx, claim, answer);
      return answer;
    });
  }

  /**
   * Runs an effect that has transactions of its own, between claiming the key and storing the answer.
   *
   * @throws `request/idempotency-key-missing`, `idempotency/key-reused`, `idempotency/in-flight`
   */
  async around<T extends object>(call: IdempotentCall, effect: () => Promise<T>): Promise<T> {
    const claim = claimOf(call);
    if (!(await insertClaim(this.db, claim))) return stored<T>(await readClaim(this.db, claim), claim, call);
    try {
      const answer = await effect();
      await storeAnswer(this.db, claim, answer);
      return answer;
    } catch (error) {
      await dropClaim(this.db, claim);
      throw error;
    }
  }
}

function claimOf({ request, caller, operationId }: IdempotentCall): Claim {
  const header = request.headers['idempotency-key'];
  if (typeof header !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(header)) {
    throw new DomainError(
      'request/idempotency-key-missing',
      'the Idempotency-Key header must have 1 to 255 printable characters without spaces',
    );
  }
  const path = request.url.split('?')[0] ?? '';
  const hash = createHash('sha256')
    .update(path)
    .update('\n')
    .update(request.rawBody ?? '')
    .digest();
  return { principalId: caller.id, route: operationId, key: header, hash };
}

/** Whether this request is the first with its key. Waits for a transaction that is about to store the same key. */
async function insertClaim(db: Queryable, claim: Claim): Promise<boolean> {
  const rows = await db.query<{ key: string }>(
    `INSERT INTO idempotent_request (principal_id, route, key, body_hash) VALUES ($1, $2, $3, $4)
     ON CONFLICT (principal_id, route, key) DO UPDATE SET body_hash = excluded.body_hash, created_at = now()
       WHERE idempotent_request.status IS NULL AND idempotent_request.created_at < now() - interval '1 minute'
     RETURNING key`,
    [claim.principalId, claim.route, claim.key, claim.hash],
  );
  return rows.length > 0;
}

async function readClaim(db: Queryable, claim: Claim): Promise<StoredRow | undefined> {
  const [row] = await db.query<StoredRow>(
    'SELECT body_hash, status, body FROM idempotent_request WHERE principal_id = $1 AND route = $2 AND key = $3',
    [claim.principalId, claim.route, claim.key],
  );
  return row;
}

async function storeAnswer(db: Queryable, claim: Claim, answer: object): Promise<void> {
  await db.query(
    `UPDATE idempotent_request SET status = 200, body = $4 WHERE principal_id = $1 AND route = $2 AND key = $3`,
    [claim.principalId, claim.route, claim.key, JSON.stringify(answer)],
  );
}

async function dropClaim(db: Queryable, claim: Claim): Promise<void> {
  await db.query(
    'DELETE FROM idempotent_request WHERE principal_id = $1 AND route = $2 AND key = $3 AND status IS NULL',
    [claim.principalId, claim.route, claim.key],
  );
}

function stored<T extends object>(row: StoredRow | undefined, claim: Claim, { reply }: IdempotentCall): T {
  if (row?.status === undefined || row.status === null) {
    void reply.header('retry-after', '1');
    throw new DomainError('idempotency/in-flight', `a request with key ${claim.key} is not finished yet`);
  }
  if (!row.body_hash.equals(claim.hash)) {
    throw new DomainError('idempotency/key-reused', `key ${claim.key} came with another body before`);
  }
  void reply.header('idempotent-replayed', 'true');
  return storedAnswer<T>(row.body);
}
