// What a process has used so far, from /proc: for figures that a scenario prints and for the bound on memory growth.
import { readFileSync } from 'node:fs';

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
