import type { Database } from '@swath/persistence';
export async function completeClientRun(
  _db: Database,
  _r: { leaseId: string; exitCode: number },
): Promise<void> {}
