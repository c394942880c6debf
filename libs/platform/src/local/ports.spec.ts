import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { freePortNear, freePorts, isFreePort } from './ports.js';

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function occupy(port: number): Promise<void> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
}

describe('freePorts', () => {
  it('finds distinct ports on which a server can listen', async () => {
    const ports = await freePorts(20);
    expect(new Set(ports).size).toBe(20);
    await Promise.all(ports.map(occupy));
  });
});

describe('isFreePort', () => {
  it('tells a port that is listened on from one that is not', async () => {
    const [port = 0] = await freePorts(1);
    await expect(isFreePort(port)).resolves.toBe(true);
    await occupy(port);
    await expect(isFreePort(port)).resolves.toBe(false);
  });
});

describe('freePortNear', () => {
  it('keeps the preferred port when it is free, else takes another', async () => {
    const [port = 0] = await freePorts(1);
    await expect(freePortNear(port)).resolves.toBe(port);
    await occupy(port);
    const other = await freePortNear(port);
    expect(other).toBeGreaterThan(port);
    await occupy(other);
  });
});
