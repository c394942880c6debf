/**
 * The strongest means of this machine to hold all processes of an attempt together. The agent asks once at start, tells
 * the server, and starts every guard through it; `doctor` shows it.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What holds an attempt together; names of the protocol. */
export interface Isolation {
  readonly kind: 'pid_namespace' | 'session';
  /** Command line put before that of the guard. */
  readonly prefix: readonly string[];
  /** Why nothing stronger is used; empty when the strongest known means works. */
  readonly why: string;
}

/** As process 1 of a PID namespace with its own /proc the guard takes everything with it when it dies. */
const namespacePrefix = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', '--'];

/** Detection by trying: privileges, seccomp filters and container settings cannot be foreseen. */
export async function detectIsolation(): Promise<Isolation> {
  const [file = '', ...args] = namespacePrefix;
  try {
    await promisify(execFile)(file, [...args, 'true'], { timeout: 5000, killSignal: 'SIGKILL' });
    return { kind: 'pid_namespace', prefix: namespacePrefix, why: '' };
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n').at(-1) ?? '') : '';
    return {
      ...sessionIsolation,
      why: `a PID namespace needs util-linux unshare and CAP_SYS_ADMIN: ${reason || 'not permitted here'}`,
    };
  }
}

/** Session, process group and environment marker: works everywhere, found by walking /proc. */
export const sessionIsolation: Isolation = { kind: 'session', prefix: [], why: '' };
