// Makes sure that a Temporal server has our namespace and search attribute. Called for servers that were not started with them on their
// command line: one named by SWATH_TEMPORAL_ADDRESS, or the plain server.
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';

const RETENTION_MS = 3 * 24 * 3_600_000;
const ALREADY_EXISTS = 6;
const KEYWORD = 2;

/**
 * Registers the namespace (retention three days) and the search attribute `SweepId` when they are missing.
 *
 * @param address `host:port`
 * @throws Error when the server cannot be reached within 10 s or refuses
 */
export async function ensureNamespace(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: 10_000 }).catch((cause: unknown) => {
    throw new Error(`no Temporal server answers at ${address}: check SWATH_TEMPORAL_ADDRESS`, { cause });
  });
  try {
    await unlessPresent(
      connection.workflowService.registerNamespace({
        namespace,
        workflowExecutionRetentionPeriod: msToTs(RETENTION_MS),
      }),
    );
    await unlessPresent(
      connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { SweepId: KEYWORD } }),
    );
  } finally {
    await connection.close();
  }
}

async function unlessPresent(call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    if (code !== ALREADY_EXISTS) throw error;
  });
}
