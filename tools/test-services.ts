// Vitest global setup of the projects `db` and `e2e`: one PostgreSQL for the whole run, and for `e2e` one Temporal server, on free ports
// and in a folder of their own, so that tests run beside a running stack. Tests find them through libs/testing (createTestDatabase,
// testTemporalAddress), which read the environment variables set here; Vitest's worker processes inherit them.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProcessRegistry, startPostgres, startTemporal } from '@swath/platform/local';
import type { TestProject } from 'vitest/node';

const stops: (() => Promise<void>)[] = [];

/** Starts the services of a project. */
export async function setup(project: TestProject): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'swath-test-'));
  // PostgreSQL's own user must get through when the tests run as root.
  chmodSync(dataDir, 0o755);
  const lines: string[] = [];
  const log = (line: string): void => {
    lines.push(line);
  };
  const registry = await ProcessRegistry.open(dataDir, log);
  stops.push(async () => {
    await registry.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  try {
    const common = { dataDir, log, registry, env: process.env };
    const postgres = await startPostgres({ ...common, volatile: true });
    stops.push(() => postgres.stop());
    process.env['SWATH_TEST_POSTGRES_URL'] = postgres.url;
    if (project.name === 'db') return;
    // A new search attribute is usable at once instead of after a minute.
    const dynamicConfig = { 'system.forceSearchAttributesCacheRefreshOnRead': true };
    const temporal = await startTemporal({ ...common, dynamicConfig });
    stops.push(() => temporal.stop());
    process.env['SWATH_TEST_TEMPORAL_ADDRESS'] = temporal.address;
  } catch (error) {
    process.stderr.write(`${lines.join('\n')}\n`);
    await teardown();
    throw error;
  }
}

/** Stops the services, last started first. */
export async function teardown(): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop();
}
