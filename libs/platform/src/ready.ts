// How a process tells its supervisor that it does its work now.
//
// The protocol: a supervisor that wants to know starts the process with an IPC channel (Node's `stdio: 'ipc'`) and waits for the message
// `{ "type": "ready" }`. The process sends it once, when everything it needs is connected and it accepts work; a process that serves
// HTTP also answers 200 at /readyz from then on. Without a channel only the log line remains. The channel carries nothing else and does
// not keep the process alive: the end of a supervisor is handled by the supervisor's watchdog.
import type { Logger } from './logger.js';

/**
 * Announces that this process is ready.
 *
 * @param log receives one line at level info
 */
export function announceReady(log: Logger): void {
  if (process.send !== undefined && process.connected) {
    process.send({ type: 'ready' });
    process.channel?.unref();
  }
  log.info('ready');
}
