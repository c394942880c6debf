// A TCP proxy between two processes of a scenario. It delays, slows, resets, holds back, loses the reply of a call that was carried
// out, and repeats HTTP requests, at seeded rates. With several targets it is also the load balancer in front of API replicas.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { callReader, type CallReader, type ProxyProtocol } from './calls.js';
import type { Seeded } from './seeded.js';
import { Throttle } from './throttle.js';

/** Where to forward to. */
export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
}

/** Probabilities per call, each 0 unless given. */
export interface FaultRates {
  /** The call is forwarded; when its answer begins, the connection is reset and the answer is gone. */
  readonly replyLost?: number;
  /** The connection is reset before the call is forwarded. */
  readonly reset?: number;
  /** The request is sent to the target a second time over a connection of its own (`http1`, requests of one packet). */
  readonly duplicate?: number;
}

/** What to start. */
export interface FaultProxyOptions {
  /** Tried in turn, beginning with the next one for each connection; a target that refuses is passed over. */
  readonly targets: readonly ProxyTarget[];
  readonly protocol: ProxyProtocol;
  readonly random: Seeded;
  readonly rates?: FaultRates;
  /** Added to each direction, milliseconds; default 0. */
  readonly latencyMs?: number;
}

/** What the proxy has done so far. */
export interface FaultCounts {
  /** Connections that were begun. */
  readonly connections: number;
  readonly calls: number;
  readonly replyLost: number;
  readonly reset: number;
  readonly duplicate: number;
}

interface Link {
  readonly client: Socket;
  readonly server: Socket;
  readonly calls: CallReader;
  /** The next bytes of the target are an answer that must not arrive. */
  doomed: boolean;
}

/** A running proxy. */
export class FaultProxy {
  readonly #options: FaultProxyOptions;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  readonly #counts = { connections: 0, calls: 0, replyLost: 0, reset: 0, duplicate: 0 };
  #rates: FaultRates;
  #latencyMs: number;
  #throttles: { readonly up: Throttle; readonly down: Throttle } | undefined;
  #turn = 0;
  #partition: 'none' | 'half-open' | 'closed' = 'none';

  private constructor(options: FaultProxyOptions) {
    this.#options = options;
    this.#rates = options.rates ?? {};
    this.#latencyMs = options.latencyMs ?? 0;
    this.#server = createServer((client) => void this.#accept(client));
  }

  /** Starts a proxy on a free port of this machine. */
  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    // A listening TCP server has an address of this shape.
    return (this.#server.address() as AddressInfo).port;
  }

  get counts(): FaultCounts {
    return { ...this.#counts };
  }

  /** Changes the rates from now on. */
  setRates(rates: FaultRates): void {
    this.#rates = rates;
  }

  /** Changes the latency from now on. */
  setLatency(milliseconds: number): void {
    this.#latencyMs = milliseconds;
  }

  /** Lets at most this many bytes a second through in each direction, over all connections; undefined: as fast as it goes. */
  setBandwidth(bytesPerSecond: number | undefined): void {
    this.#throttles?.up.close();
    this.#throttles?.down.close();
    this.#throttles =
      bytesPerSecond === undefined
        ? undefined
        : { up: new Throttle(bytesPerSecond), down: new Throttle(bytesPerSecond) };
    // Bytes in the old throttle are gone, and a connection with a gap in it is worth nothing.
    this.resetAll();
  }

  /** Cuts the line: `half-open` keeps connections and passes nothing on, `closed` resets and refuses them. */
  cut(kind: 'half-open' | 'closed'): void {
    this.#partition = kind;
    if (kind === 'closed') this.resetAll();
  }

  /** Mends the line. What was held back is lost with its connections, as after a real partition. */
  mend(): void {
    this.#partition = 'none';
    this.resetAll();
  }

  /** Resets every connection. */
  resetAll(): void {
    for (const link of this.#links) this.#reset(link);
  }

  /** Ends the proxy and its connections. */
  async close(): Promise<void> {
    this.resetAll();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  async #accept(client: Socket): Promise<void> {
    this.#counts.connections += 1;
    client.on('error', () => undefined);
    client.pause();
    if (this.#partition === 'closed') {
      client.resetAndDestroy();
      return;
    }
    const server = await this.#connect();
    if (server === undefined || client.destroyed) {
      client.resetAndDestroy();
      server?.destroy();
      return;
    }
    const link: Link = { client, server, calls: callReader(this.#options.protocol), doomed: false };
    this.#links.add(link);
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.#reset(link));
      // Whoever hung up has sent all it had; what is still under way to the other one arrives before the end does.
      socket.on('close', () => this.#end(link, socket === client ? 'up' : 'down'));
    }
    client.on('data', (chunk) => this.#toServer(link, chunk));
    server.on('data', (chunk) => this.#toClient(link, chunk));
    client.resume();
  }

  async #connect(): Promise<Socket | undefined> {
    const { targets } = this.#options;
    for (let tried = 0; tried < targets.length; tried += 1) {
      this.#turn += 1;
      const target = targets[this.#turn % targets.length];
      if (target === undefined) return undefined;
      const socket = connect(target);
      socket.on('error', () => undefined);
      const connected = await new Promise<boolean>((resolve) => {
        socket.once('connect', () => resolve(true));
        socket.once('error', () => resolve(false));
      });
      if (connected) return socket;
      socket.destroy();
    }
    return undefined;
  }

  #toServer(link: Link, chunk: Buffer): void {
    if (this.#partition === 'half-open') return;
    const { random } = this.#options;
    const calls = link.calls.read(chunk);
    for (let call = 0; call < calls; call += 1) {
      this.#counts.calls += 1;
      if (random.chance(this.#rates.reset ?? 0)) {
        this.#counts.reset += 1;
        this.#reset(link);
        return;
      }
      if (random.chance(this.#rates.replyLost ?? 0)) link.doomed = true;
      if (random.chance(this.#rates.duplicate ?? 0)) void this.#repeat(chunk);
    }
    this.#later(() => this.#write(link, 'up', chunk));
  }

  #toClient(link: Link, chunk: Buffer): void {
    if (this.#partition === 'half-open') return;
    if (link.doomed) {
      this.#counts.replyLost += 1;
      this.#reset(link);
      return;
    }
    this.#later(() => this.#write(link, 'down', chunk));
  }

  #write(link: Link, direction: 'up' | 'down', chunk: Buffer): void {
    const socket = direction === 'up' ? link.server : link.client;
    const throttle = this.#throttles?.[direction];
    if (throttle === undefined) socket.write(chunk);
    else throttle.send(link, chunk, (bytes) => socket.write(bytes));
  }

  #end(link: Link, direction: 'up' | 'down'): void {
    if (!this.#links.has(link)) return;
    const socket = direction === 'up' ? link.server : link.client;
    const end = (): void => {
      this.#links.delete(link);
      socket.end();
    };
    this.#later(() => {
      const throttle = this.#throttles?.[direction];
      if (throttle === undefined) end();
      else throttle.afterAll(link, end);
    });
  }

  /** Sends a whole request again and drops its answer; a request whose body is still under way is left alone. */
  async #repeat(chunk: Buffer): Promise<void> {
    const head = chunk.indexOf('\r\n\r\n');
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(chunk.toString('latin1'))?.[1] ?? 0);
    if (head === -1 || chunk.length !== head + 4 + length) return;
    const socket = await this.#connect();
    if (socket === undefined) return;
    this.#counts.duplicate += 1;
    socket.once('data', () => socket.destroy());
    socket.write(chunk);
  }

  #later(send: () => void): void {
    if (this.#latencyMs === 0) send();
    else setTimeout(send, this.#latencyMs);
  }

  #reset(link: Link): void {
    if (!this.#links.delete(link)) return;
    link.client.resetAndDestroy();
    link.server.resetAndDestroy();
  }
}
