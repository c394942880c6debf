// The log of a process: JSON lines on standard error for machines, one readable line when that is a terminal. Standard output is left to
// what a program answers. Each app makes one logger and passes children of it on.
import { pino, stdTimeFunctions, type Logger as PinoLogger } from 'pino';

/** A structured log; `child({ sweepId })` adds fields to every line. */
export type Logger = PinoLogger;

/** Least severe level that is written. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** How the log is written. */
export interface LoggerOptions {
  /** The process's name, a field of every line. */
  readonly name: string;
  /** Default `info`. */
  readonly level?: LogLevel;
  /** Receives each line with its end; default standard error. */
  readonly write?: (line: string) => void;
  /** One readable line instead of JSON; default: when standard error is a terminal. */
  readonly pretty?: boolean;
}

// Keys of fields that hold secrets wherever they appear in a logged object's first two levels.
const SECRETS = ['authorization', 'token', 'apiKey', 'password', 'databaseUrl'].flatMap((key) => [
  key,
  `*.${key}`,
]);

/** Makes the logger of a process. */
export function createLogger(options: LoggerOptions): Logger {
  const write = options.write ?? ((line: string) => void process.stderr.write(line));
  const isPretty = options.pretty ?? (options.write === undefined && process.stderr.isTTY);
  return pino(
    {
      name: options.name,
      level: options.level ?? 'info',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRETS, censor: '[redacted]' },
    },
    { write: isPretty ? (line: string) => write(readable(line)) : write },
  );
}

/**
 * Formats one JSON log line for a person: time, level, process, message, other fields, stack.
 *
 * @param line as pino writes it; a line that is no JSON object is returned as it is
 */
export function readable(line: string): string {
  const entry = parse(line);
  if (entry === undefined) return line;
  const { time, level, name, msg, pid: _pid, hostname: _hostname, err, ...fields } = entry;
  const details = Object.entries(fields).map(([key, value]) => `${key}=${text(value)}`);
  const stack = typeof err === 'object' && err !== null && 'stack' in err ? `\n${text(err.stack)}` : '';
  const head = [
    text(time).slice(11, 23),
    text(level).toUpperCase().padEnd(5),
    `${text(name)}:`,
    text(msg),
    ...details,
  ];
  return `${head.filter((part) => part !== '').join(' ')}${stack}\n`;
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function text(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
