// What a process has used so far, from /proc: for figures that a scenario prints and for the bound on memory growth.
import { readdirSync, readFileSync } from 'node:fs';

/** Use of one process. */
export interface ProcessUse {
  /** Processor time of all its threads, milliseconds. */
  readonly cpuMs: number;
  /** Memory in RAM, MiB. */
  readonly residentMiB: number;
}

/** Clock ticks a second; 100 on every Linux that Node runs on. */
const TICKS = 100;

/** Reads the use of a process. @throws Error when it is gone, or off Linux */
export function useOf(pid: number): ProcessUse {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return {
    cpuMs: ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS,
    residentMiB: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024,
  };
}

/** The same for a process and its children, grandchildren and so on, added up: PostgreSQL has a process for each connection. */
export function useOfTree(pid: number): ProcessUse {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? parentOf(name) : undefined;
    if (parent !== undefined) parents.set(Number(name), parent);
  }
  const isBelow = (candidate: number): boolean => {
    for (let at: number | undefined = candidate; at !== undefined && at !== 0; at = parents.get(at)) {
      if (at === pid) return true;
    }
    return false;
  };
  let sum: ProcessUse = { cpuMs: 0, residentMiB: 0 };
  for (const member of [...parents.keys()].filter(isBelow)) {
    try {
      const use = useOf(member);
      sum = { cpuMs: sum.cpuMs + use.cpuMs, residentMiB: sum.residentMiB + use.residentMiB };
    } catch {
      // It has ended meanwhile.
    }
  }
  return sum;
}

function parentOf(name: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}
