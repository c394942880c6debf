/** Guards for tests: started from the sources, with what they report and with the processes they have. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GuardPool } from '../src/guard/guard-pool.js';
import type { GuardLink } from '../src/guard/guard-link.js';
import type { GuardExit, GuardReport } from '../src/guard/guard-messages.js';
import type { Isolation } from '../src/guard/isolation.js';
import { parseOutputLine } from '../src/stream/output-line.js';

/** The guard script for `GuardPool` and `Agent`. */
export const guardScript: readonly string[] = [
  '--import',
  fileURLToPath(new URL('./typescript.mjs', import.meta.url)),
  fileURLToPath(new URL('../src/guard/guard.ts', import.meta.url)),
];

/** A folder for one test. */
export function testFolder(): string {
  return mkdtempSync(join(tmpdir(), 'swath-agent-spec-'));
}

/** One guard with an attempt. */
export interface GuardedAttempt {
  readonly guard: GuardLink;
  readonly exit: Promise<GuardExit>;
  /** The guard has left. */
  readonly lost: Promise<void>;
  readonly reports: GuardReport[];
  readonly exitFile: string;
  readonly outputFile: string;
  readonly socket: string;
  /** Journal of the processes that the guard started and reaped. */
  readonly journal: string;
  /** In the environment of each process of the attempt. */
  readonly marker: string;
}

let number = 0;

/** Starts a command under a guard. */
export function guarded(
  argv: readonly string[],
  options: { isolation: Isolation; folder: string; ttlMs?: number; graceMs?: number },
): GuardedAttempt {
  number += 1;
  const { isolation, folder, ttlMs = 60_000, graceMs = 500 } = options;
  const pool = new GuardPool({ isolation, script: guardScript });
  const guard = pool.take();
  pool.close();
  const reports: GuardReport[] = [];
  let onExit: (exit: GuardExit) => void = () => undefined;
  let onLost: () => void = () => undefined;
  const exit = new Promise<GuardExit>((resolve) => (onExit = resolve));
  const lost = new Promise<void>((resolve) => (onLost = resolve));
  guard.listen((report) => {
    if (report.type === 'lost') onLost();
    else reports.push(report);
    if (report.type === 'exit') onExit(report.exit);
  });
  const marker = `SWATH_ATTEMPT_ID=spec-${process.pid}-${number}`;
  const paths = {
    exitFile: join(folder, `exit-${number}.json`),
    outputFile: join(folder, `output-${number}.jsonl`),
    socket: join(folder, `guard-${number}.sock`),
  };
  const journal = join(folder, `processes-${number}.jsonl`);
  const [name = '', value = ''] = marker.split('=');
  guard.send({
    type: 'start',
    launch: {
      ...paths,
      argv,
      cwd: folder,
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', [name]: value, FOLDER: folder },
      marker,
      deadlineNs: String(process.hrtime.bigint() + BigInt(ttlMs) * 1_000_000n),
      graceMs,
      journal: {
        file: journal,
        attempt: { attemptId: `at-${number}`, trialId: 'tr', attempt: number, slots: [0] },
      },
    },
  });
  return { guard, exit, lost, reports, marker, journal, ...paths };
}

/** Living processes of this machine that carry the marker. */
export function withMarker(marker: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid)) return [];
    try {
      const alive = !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
      return alive && readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(marker)
        ? [pid]
        : [];
    } catch {
      return [];
    }
  });
}

/** The lines in an output file. */
export function outputOf(path: string): { s: string; x: string }[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => parseOutputLine(line, (text) => text) ?? [])
    .map(({ stream, text }) => ({ s: stream, x: text }));
}
