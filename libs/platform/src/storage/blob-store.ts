// Where files of runs and artifacts lie: content-addressed bytes behind one port. A disk store is here; an object store of the
// S3 kind fits the same port, because no caller sees a path.
import type { Readable } from 'node:stream';

/** What was stored. Digests are hexadecimal. */
export interface StoredBlob {
  readonly sha256: string;
  readonly md5: string;
  readonly size: number;
}

/** Limits and expectations of one upload. */
export interface BlobExpectation {
  /** Most bytes that are taken. */
  readonly maxBytes: number;
  /** MD5 that the bytes must have, hexadecimal. */
  readonly md5?: string;
  /** SHA-256 that the bytes must have, hexadecimal. */
  readonly sha256?: string;
}

/** Stores bytes by their SHA-256. */
export interface BlobStore {
  /** Takes all bytes; the blob exists only once they are durable. @throws BlobRejected */
  put(source: Readable, expected: BlobExpectation): Promise<StoredBlob>;
  /** The bytes, verified while they are read: the stream fails before its end when they are not what they were. @throws BlobMissing */
  open(sha256: string): Promise<Readable>;
  /** Takes the bytes away; none with this digest is fine. The caller knows that nothing names them. */
  remove(sha256: string): Promise<void>;
}

/** An upload that is too large or not what it says. */
export class BlobRejected extends Error {
  constructor(
    readonly reason: 'too-large' | 'digest',
    message: string,
  ) {
    super(message);
    this.name = 'BlobRejected';
  }
}

/** There is no blob with this digest. */
export class BlobMissing extends Error {
  constructor(sha256: string) {
    super(`there is no stored content with SHA-256 ${sha256}`);
    this.name = 'BlobMissing';
  }
}
