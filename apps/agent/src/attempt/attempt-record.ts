/**
 * What the agent keeps on disk of each running attempt, so that the next agent process on this node can adopt it, or end
 * what is left of it. Written before the command starts, removed when the end is acknowledged.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { leaseGrantSchema } from '@swath/contracts';
import type { LeaseGrant } from '@swath/contracts';
import type { ProcessIdentity } from '../guard/process-tree.js';

/** One running attempt. */
export interface AttemptRecord {
  readonly grant: LeaseGrant;
  readonly guard: ProcessIdentity;
  /** The user's process as the guard sees it; absent until it started, and of no meaning outside of a PID namespace. */
  readonly command?: ProcessIdentity;
  /** Processes of another boot are gone. */
  readonly bootId: string;
  /** Whether the guard was process 1 of a PID namespace: then its death ended all of them. */
  readonly namespace: boolean;
  /** CLOCK_MONOTONIC, nanoseconds, decimal. */
  readonly startedNs: string;
  readonly deadlineNs: string;
  /** Started from a lease ahead: the server may not know of the start yet, and has to be told before anything else. */
  readonly ahead?: boolean;
}

/** Identity of this boot of the machine; empty where the kernel does not tell. */
export function bootId(): string {
  return (thisBoot ??= readBootId());
}

let thisBoot: string | undefined;

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    return '';
  }
}

/** Writes the record at once as a whole. */
export function writeRecord(path: string, record: AttemptRecord): void {
  writeFileSync(`${path}.partial`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${path}.partial`, path);
}

/** Reads a record; undefined when there is none or it is damaged. */
export function readRecord(path: string): AttemptRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('grant' in value)) return undefined;
  const grant = leaseGrantSchema.safeParse(value.grant);
  const guard = 'guard' in value ? identityOf(value.guard) : undefined;
  if (!grant.success || guard === undefined) return undefined;
  const command = 'command' in value ? identityOf(value.command) : undefined;
  return {
    grant: grant.data,
    guard,
    ...(command === undefined ? {} : { command }),
    bootId: textOf(value, 'bootId'),
    namespace: 'namespace' in value && value.namespace === true,
    startedNs: digitsOf(value, 'startedNs'),
    deadlineNs: digitsOf(value, 'deadlineNs'),
    ahead: 'ahead' in value && value.ahead === true,
  };
}

function identityOf(value: unknown): ProcessIdentity | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('pid' in value && 'startTicks' in value)) return undefined;
  const { pid, startTicks } = value;
  return typeof pid === 'number' && typeof startTicks === 'string' ? { pid, startTicks } : undefined;
}

function textOf(value: object, name: string): string {
  const text: unknown = Object.entries(value).find(([key]) => key === name)?.[1];
  return typeof text === 'string' ? text : '';
}

function digitsOf(value: object, name: string): string {
  const text = textOf(value, name);
  return /^\d{1,20}$/.test(text) ? text : '0';
}
