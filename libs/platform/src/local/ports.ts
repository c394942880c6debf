// Picks free TCP ports for the processes of a local stack, so that several stacks and test runs live side by side. Called before each
// start; the ports are then passed to the processes by argument or environment.
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

// Below the range from which Linux and macOS take ports for outgoing connections: a port picked here is not taken by a client
// connection between this check and the start of the process that wants it.
const LOWEST = 20_000;
const HIGHEST = 32_000;
const ATTEMPTS = 200;

/**
 * Finds distinct TCP ports on 127.0.0.1 that nothing listens on.
 *
 * @param count how many, 1 to 100
 * @throws Error when none can be found in 200 tries a port
 */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let attempt = 0; found.size < count; attempt += 1) {
    if (attempt >= ATTEMPTS * count) {
      throw new Error(
        `no free TCP port on 127.0.0.1 between ${LOWEST} and ${HIGHEST}: stop programs that listen there`,
      );
    }
    const port = randomInt(LOWEST, HIGHEST);
    if (!found.has(port) && (await isFreePort(port))) found.add(port);
  }
  return [...found];
}

/**
 * Finds one TCP port on 127.0.0.1, the preferred one when it is free, else the next free one above it.
 *
 * @param preferred first choice, 1 to 65535
 */
export async function freePortNear(preferred: number): Promise<number> {
  for (let port = preferred; port < Math.min(preferred + 100, 65_536); port += 1) {
    if (await isFreePort(port)) return port;
  }
  const [other] = await freePorts(1);
  return other ?? preferred;
}

/** Whether nothing listens on this port of 127.0.0.1. */
export async function isFreePort(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
