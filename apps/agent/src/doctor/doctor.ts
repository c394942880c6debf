/**
 * What this node can do and what is wrong with it, as one JSON document: `swath doctor` and `swath agent` show it. Each
 * check says how to mend what it finds.
 */
import { mkdirSync, statfsSync } from 'node:fs';
import { createLogger } from '@swath/platform';
import { readAgentConfig } from '../agent.config.js';
import type { AgentConfig } from '../agent.config.js';
import { GatewayClient } from '../gateway/gateway-client.js';
import { chooseProvider } from '../gpu/detect.js';
import { detectIsolation } from '../guard/isolation.js';
import { AGENT_VERSION, PROTOCOLS } from '../version.js';

/** One finding. */
export interface DoctorCheck {
  readonly name: 'settings' | 'server' | 'isolation' | 'devices' | 'disk' | 'clock';
  readonly status: 'ok' | 'warning' | 'problem';
  readonly detail: string;
  /** What to do; absent when all is well. */
  readonly hint?: string;
}

/** All findings. */
export interface DoctorReport {
  readonly agentVersion: string;
  readonly protocols: readonly number[];
  readonly node: string | undefined;
  readonly ok: boolean;
  readonly checks: readonly DoctorCheck[];
}

/** Less free space than this is a problem for checkpoints and logs. */
const MIN_FREE_BYTES = 1_073_741_824;
/** A difference of the clocks that confuses people who compare logs; leases do not depend on it. */
const MAX_SKEW_MS = 5000;

/** Runs all checks; never throws. */
export async function runDoctor(): Promise<DoctorReport> {
  let config: AgentConfig;
  try {
    config = readAgentConfig();
  } catch (error) {
    return report(undefined, [
      {
        name: 'settings',
        status: 'problem',
        detail: messageOf(error),
        hint: 'Set the variables named here.',
      },
    ]);
  }
  const checks = await Promise.all([checkServer(config), checkIsolation(), checkDevices(config)]);
  return report(config.name, [
    { name: 'settings', status: 'ok', detail: `pool ${config.pool}, folder ${config.folder}` },
    ...checks.flat(),
    checkDisk(config),
  ]);
}

function report(node: string | undefined, checks: readonly DoctorCheck[]): DoctorReport {
  const ok = checks.every((check) => check.status !== 'problem');
  return { agentVersion: AGENT_VERSION, protocols: PROTOCOLS, node, ok, checks };
}

async function checkServer({ host, agentKey }: AgentConfig): Promise<DoctorCheck[]> {
  const gateway = new GatewayClient(host, agentKey);
  const began = Date.now();
  try {
    const { date } = await gateway.health();
    const server: DoctorCheck = {
      name: 'server',
      status: 'ok',
      detail: `${host} answers in ${Date.now() - began} ms`,
    };
    return [server, checkClock(date, (began + Date.now()) / 2)];
  } catch (error) {
    return [
      {
        name: 'server',
        status: 'problem',
        detail: `${host}: ${messageOf(error)}`,
        hint: 'Check SWATH_HOST, and that this node may open connections to it.',
      },
    ];
  } finally {
    gateway.close();
  }
}

function checkClock(serverDate: string | undefined, now: number): DoctorCheck {
  const server = Date.parse(serverDate ?? '');
  if (Number.isNaN(server))
    return { name: 'clock', status: 'warning', detail: 'the server does not tell its time' };
  // The header has whole seconds: half a second is the middle of what it may mean.
  const skewMs = Math.round(now - (server + 500));
  const detail = `${Math.abs(skewMs)} ms ${skewMs < 0 ? 'behind' : 'ahead of'} the server`;
  return Math.abs(skewMs) <= MAX_SKEW_MS
    ? { name: 'clock', status: 'ok', detail }
    : {
        name: 'clock',
        status: 'warning',
        detail,
        hint: 'Synchronise the clock of this node; leases and charges do not depend on it, but times in logs do.',
      };
}

async function checkIsolation(): Promise<DoctorCheck> {
  const { kind, why } = await detectIsolation();
  return kind === 'pid_namespace'
    ? {
        name: 'isolation',
        status: 'ok',
        detail: 'PID namespace: all processes of an attempt end with its guard',
      }
    : {
        name: 'isolation',
        status: 'warning',
        detail: `session and environment marker (${why})`,
        hint: 'Run the agent as root, or in a container with CAP_SYS_ADMIN, for PID namespaces.',
      };
}

async function checkDevices(config: AgentConfig): Promise<DoctorCheck> {
  try {
    const provider = await chooseProvider(config, createLogger({ name: 'doctor', level: 'silent' }));
    const slots = await provider.discover();
    const ill = slots.filter((slot) => !slot.healthy).map((slot) => slot.index);
    const detail = `${provider.kind}: ${slots.length} slot(s)${ill.length === 0 ? '' : `, not healthy: ${ill.join(', ')}`}`;
    if (slots.length === 0)
      return {
        name: 'devices',
        status: 'problem',
        detail,
        hint: 'Set SWATH_AGENT_PROVIDER=cpu to offer CPU slots.',
      };
    return ill.length === 0
      ? { name: 'devices', status: 'ok', detail }
      : {
          name: 'devices',
          status: 'warning',
          detail,
          hint: 'Reset the GPU or reboot the node (nvidia-smi -q shows the fault).',
        };
  } catch (error) {
    return {
      name: 'devices',
      status: 'problem',
      detail: messageOf(error),
      hint: 'Check the driver, or set SWATH_AGENT_PROVIDER.',
    };
  }
}

function checkDisk({ folder }: AgentConfig): DoctorCheck {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { bavail, bsize } = statfsSync(folder);
    const free = bavail * bsize;
    const detail = `${Math.floor(free / 1_048_576)} MiB free in ${folder}`;
    return free >= MIN_FREE_BYTES
      ? { name: 'disk', status: 'ok', detail }
      : {
          name: 'disk',
          status: 'problem',
          detail,
          hint: 'Free space, or set SWATH_AGENT_DIR to a larger file system.',
        };
  } catch (error) {
    return {
      name: 'disk',
      status: 'problem',
      detail: messageOf(error),
      hint: 'Set SWATH_AGENT_DIR to a folder this user can write.',
    };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
