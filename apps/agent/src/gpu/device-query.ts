/** Runs a vendor's tool and reads what it prints. A tool that hangs is itself a fault: it is killed after 10 s. */
import { execFile } from 'node:child_process';

/** Output of a tool. Tests give their own. */
export type RunTool = (file: string, args: readonly string[]) => Promise<string>;

/** Longest a tool may take, milliseconds. */
const TOOL_MS = 10_000;

/**
 * Standard output of a tool.
 *
 * @throws Error when it is missing, fails or hangs
 */
export async function runTool(file: string, args: readonly string[]): Promise<string> {
  return await new Promise((resolve, reject) => {
    execFile(
      file,
      [...args],
      {
        timeout: TOOL_MS,
        killSignal: 'SIGKILL',
        maxBuffer: 8 * 1_048_576,
        env: { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/local/nvidia/bin:/opt/rocm/bin', LC_ALL: 'C' },
      },
      (error, stdout) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`${file} ${args.join(' ')}: ${error.message.split('\n')[0] ?? 'failed'}`));
      },
    );
  });
}

/** Forms in which the tools say that they do not know; unknown is not zero. */
const unknown =
  /^\[?(N\/A|Not Supported|Unknown Error|GPU requires reset|Insufficient Permissions|Not Found)\]?$|^ERR!$|^$/i;

/** A field of a tool's output; undefined when the tool does not know it. */
export function known(field: string | undefined): string | undefined {
  const text = field?.trim() ?? '';
  return unknown.test(text) ? undefined : text;
}

/** A number with or without its unit; undefined when unknown. */
export function knownNumber(field: string | undefined): number | undefined {
  const match = /^-?\d+(\.\d+)?/.exec(known(field) ?? '');
  return match === null ? undefined : Number(match[0]);
}

/** Devices allowed by a variable such as CUDA_VISIBLE_DEVICES that was set for the agent; undefined allows all. */
export function allowedDevices(variable: string | undefined): ReadonlySet<string> | undefined {
  if (variable === undefined) return undefined;
  return new Set(
    variable
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
  );
}
