// A narrow line for the fault proxy: bytes of all connections share one rate, in packets and in turn, as on a slow link. Called by the
// proxy for each direction.

/** Bytes that are sent at once: about one Ethernet frame, so that a large message cannot hold up a small one. */
const PACKET_BYTES = 1_400;

interface Packet {
  readonly length: number;
  readonly pass: () => void;
}

/** One direction of a slow line. */
export class Throttle {
  readonly #bytesPerSecond: number;
  readonly #waiting = new Map<object, Packet[]>();
  #timer: NodeJS.Timeout | undefined;

  /** @param bytesPerSecond  above 0; shared by all connections */
  constructor(bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** Sends bytes of one connection when it is their turn; those of the same connection stay in order. */
  send(connection: object, bytes: Buffer, write: (bytes: Buffer) => void): void {
    for (let at = 0; at < bytes.length; at += PACKET_BYTES) {
      const packet = bytes.subarray(at, at + PACKET_BYTES);
      this.#add(connection, { length: packet.length, pass: () => write(packet) });
    }
  }

  /** Calls back once everything that a connection has sent so far is through. */
  afterAll(connection: object, pass: () => void): void {
    this.#add(connection, { length: 0, pass });
  }

  /** Drops everything that waits. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting.clear();
  }

  #add(connection: object, packet: Packet): void {
    const packets = this.#waiting.get(connection);
    if (packets === undefined) this.#waiting.set(connection, [packet]);
    else packets.push(packet);
    if (this.#timer === undefined) this.#next();
  }

  #next(): void {
    this.#timer = undefined;
    const [first] = this.#waiting;
    if (first === undefined) return;
    const [connection, packets] = first;
    const packet = packets.shift();
    // To the end of the line: the others are served before this one again.
    this.#waiting.delete(connection);
    if (packets.length > 0) this.#waiting.set(connection, packets);
    if (packet === undefined) return;
    this.#timer = setTimeout(
      () => {
        packet.pass();
        this.#next();
      },
      (packet.length * 1000) / this.#bytesPerSecond,
    );
  }
}
