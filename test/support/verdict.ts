// The end of a fault scenario: waits until the product is quiet, then judges what happened by the invariants, from the database and,
// independently, from the agents' own records.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { decodeMetrics } from '@swath/persistence';
import { createControlClient, runningWorkflowIds } from '@swath/temporal';
import {
  checkHistory,
  ledgerDrift,
  nothingLeft,
  overshoots,
  readProcessJournal,
  recordHistory,
  type Breach,
  type Leftovers,
  type ProcessRecord,
} from '@swath/testing';
import { processesOf } from './processes.js';
import type { Product } from './product.js';
import { until } from './until.js';

/** Waits until nothing of the sweeps is left, then lists every breach of an invariant. Empty: all hold. */
export async function judge(
  product: Product,
  sweepIds: readonly string[],
  quietMs = 120_000,
): Promise<Breach[]> {
  const left = await waitForQuiet(product, sweepIds, quietMs);
  const history = await recordHistory(product.db);
  const money = [...(await overshoots(product.db)), ...(await ledgerDrift(product.db))];
  return [
    ...left,
    ...checkHistory(history, processesOfAgents(product)),
    ...money.map((row) => ({ invariant: 'I5', detail: Object.values(row).map(String).join(' ') })),
    ...(await rowsOfFinishedTrials(product)),
  ];
}

/** What every agent's journal says of the processes it ran. */
export function processesOfAgents(product: Product): ProcessRecord[] {
  return product.parts
    .filter((part) => part.startsWith('agent'))
    .flatMap((part) => readProcessJournal(part, join(product.folder, part)));
}

async function waitForQuiet(
  product: Product,
  sweepIds: readonly string[],
  quietMs: number,
): Promise<Breach[]> {
  const control = createControlClient(product.temporal);
  let left: Breach[] = [];
  try {
    await until(
      'quiet',
      async () => {
        left = nothingLeft(await leftovers(product, sweepIds, control), processesOfAgents(product));
        return left.length === 0 ? true : undefined;
      },
      quietMs,
    ).catch(() => undefined);
  } finally {
    await control.connection.close();
  }
  return left;
}

async function leftovers(
  product: Product,
  sweepIds: readonly string[],
  control: ReturnType<typeof createControlClient>,
): Promise<Leftovers> {
  const [row] = await product.db.query<{ outbox: number; live: number }>(
    `SELECT (SELECT count(*)::int FROM outbox) AS outbox, (SELECT count(*)::int FROM lease WHERE state = 'live') AS live`,
  );
  const workflows = await Promise.all([
    runningWorkflowIds(control, 'trial'),
    runningWorkflowIds(control, 'sweep'),
  ]);
  return {
    processes: sweepIds.flatMap((id) => processesOf(id)),
    outboxRows: row?.outbox ?? 0,
    liveLeases: row?.live ?? 0,
    workflows: workflows.flatMap((ids) => [...ids]),
    attemptFolders: product.parts
      .filter((part) => part.startsWith('agent'))
      .flatMap((part) => foldersIn(join(product.folder, part, 'attempts'))),
  };
}

function foldersIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** I8 for `short-training.sh`: the last attempt of each finished trial has exactly its two rows, each with its own `x`. */
async function rowsOfFinishedTrials(product: Product): Promise<Breach[]> {
  const trials = await product.db.query<{ id: string; run_id: string; x: number; attempt: number }>(
    `SELECT t.id, t.run_id, (t.parameters->>'x')::double precision AS x, t.attempt_count AS attempt
     FROM trial t JOIN sweep s ON s.id = t.sweep_id
     WHERE t.state = 'finished' AND s.spec->>'command' LIKE '%short-training.sh%'`,
  );
  const chunks = await product.db.query<{ run_id: string; attempt: number; body: Buffer }>(
    'SELECT run_id, attempt, body FROM metric_chunk ORDER BY run_id, attempt, stream, seq',
  );
  return trials.flatMap(({ id, run_id, x, attempt }) => {
    const rows = chunks
      .filter((chunk) => chunk.run_id === run_id && chunk.attempt === attempt)
      .flatMap((chunk) => decodeMetrics(chunk.body));
    const found = JSON.stringify(rows.map((row) => [row.step, row.values['loss']]));
    const sent = JSON.stringify([1, 2].map((step) => [step, x]));
    return found === sent ? [] : [{ invariant: 'I8', detail: `${id} logged ${sent}, stored is ${found}` }];
  });
}
