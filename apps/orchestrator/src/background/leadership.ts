/**
 * Lets one orchestrator of many do a round of work. The lock belongs to a transaction, so it ends with the round, with the
 * process, or with the connection, whatever comes first: nothing has to be given back and no old leader lingers.
 */
import type { Database } from '@swath/persistence';

/** Runs `work` if no other process holds the lock `name` now; answers whether it did. */
export async function ifLeader(db: Database, name: string, work: () => Promise<void>): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [lock] = await tx.query<{ held: boolean }>(
      'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS held',
      [`swath:${name}`],
    );
    if (lock?.held !== true) return false;
    await work();
    return true;
  });
}
