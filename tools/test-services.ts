// Vitest global setup of the projects `db` and `e2e`: one PostgreSQL for the whole run, and for `e2e` one Temporal server, on free ports
// and in a folder of their own, so that tests run beside a running stack. Tests find them through libs/testing (createTestDatabase,
// testTemporalAddress), which read the environment variables set here; Vitest's worker processes inherit them.
import { mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProcessRegistry, startPostgres, startTemporal } from '@swath/platform/local';
import type { TestProject } from 'vitest/node';

/** Starts the services of a project; the returned function stops them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'swath-test-'));
  // PostgreSQL's own user must get through when the tests run as root.
  chmodSync(dataDir, 0o755);
  const lines: string[] = [];
  const log = (line: string): void => {
    lines.push(line);
  };
  const registry = await ProcessRegistry.open(dataDir, log);
  const stop = async (): Promise<void> => {
    await registry.close();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const postgres = await startPostgres({ dataDir, log, registry, volatile: true });
    process.env['SWATH_TEST_POSTGRES_URL'] = postgres.url;
    if (project.name === 'e2e') {
      const temporal = await startTemporal({
        dataDir,
        log,
        registry,
        // A search attribute is usable at once instead of after a minute.
        dynamicConfig: { 'system.forceSearchAttributesCacheRefreshOnRead': true },
      });
      process.env['SWATH_TEST_TEMPORAL_ADDRESS'] = temporal.address;
    }
    return async () => {
      await postgres.stop();
      await stop();
    };
  } catch (error) {
    process.stderr.write(`${lines.join('\n')}\n`);
    await stop();
    throw error;
  }
}
