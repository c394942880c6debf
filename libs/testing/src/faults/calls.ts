// Where calls begin in the bytes that a client sends, for the protocols between the product's processes. The fault proxy asks, to
// decide per call and not per packet. Each reader is fed the chunks of one connection in order.

/** What a chunk of client bytes begins. */
export interface CallReader {
  /** Number of calls whose end lies in this chunk. */
  read(chunk: Buffer): number;
}

/** Protocols that the proxy knows; `raw` has no calls. */
export type ProxyProtocol = 'http1' | 'http2' | 'postgres' | 'raw';

/** A reader for a new connection. */
export function callReader(protocol: ProxyProtocol): CallReader {
  switch (protocol) {
    case 'http1':
      return {
        read: (chunk) => (/^(GET|POST|PUT|PATCH|DELETE) \//.test(chunk.toString('latin1', 0, 16)) ? 1 : 0),
      };
    case 'http2':
      return new Http2Calls();
    case 'postgres':
      return new PostgresCalls();
    case 'raw':
      return { read: () => 0 };
  }
}

const HTTP2_PREFACE = 24;
const HTTP2_HEAD = 9;
const HEADERS_FRAME = 1;

/** A call is a HEADERS frame from the client. */
class Http2Calls implements CallReader {
  private skip = HTTP2_PREFACE;
  private head = Buffer.alloc(0);

  read(chunk: Buffer): number {
    let calls = 0;
    let rest = chunk;
    while (rest.length > 0) {
      const skipped = Math.min(this.skip, rest.length);
      this.skip -= skipped;
      rest = rest.subarray(skipped);
      if (rest.length === 0) break;
      const taken = Math.min(HTTP2_HEAD - this.head.length, rest.length);
      this.head = Buffer.concat([this.head, rest.subarray(0, taken)]);
      rest = rest.subarray(taken);
      if (this.head.length < HTTP2_HEAD) break;
      if (this.head[3] === HEADERS_FRAME) calls += 1;
      this.skip = this.head.readUIntBE(0, 3);
      this.head = Buffer.alloc(0);
    }
    return calls;
  }
}

/** A call is a transaction, at its commit, or a statement outside of one. */
class PostgresCalls implements CallReader {
  private inTransaction = false;

  read(chunk: Buffer): number {
    const text = chunk.toString('latin1');
    if (/Q\0\0\0[^\0]BEGIN[;\0]/.test(text)) {
      this.inTransaction = true;
      return 0;
    }
    if (/Q\0\0\0[^\0](COMMIT|ROLLBACK)\0/.test(text)) {
      this.inTransaction = false;
      return 1;
    }
    return this.inTransaction || !/^[QP]/.test(text) ? 0 : 1;
  }
}
