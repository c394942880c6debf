// Blobs on a disk that every API process shares: written beside, synced, then renamed to `aa/bbbb...`, so a crash leaves no
// half of one and two equal uploads meet in one file.
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform, type Readable } from 'node:stream';
import {
  BlobMissing,
  BlobRejected,
  type BlobExpectation,
  type BlobStore,
  type StoredBlob,
} from './blob-store.js';

const DIGEST = /^[\da-f]{64}$/;

/** A store in one folder. */
export class DiskBlobStore implements BlobStore {
  constructor(private readonly folder: string) {}

  async put(source: Readable, expected: BlobExpectation): Promise<StoredBlob> {
    const draft = join(this.folder, 'incoming', randomUUID());
    await mkdir(dirname(draft), { recursive: true });
    try {
      const blob = await write(source, draft, expected);
      const path = this.pathOf(blob.sha256);
      await mkdir(dirname(path), { recursive: true });
      await rename(draft, path);
      await syncFolder(dirname(path));
      return blob;
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }

  async open(sha256: string): Promise<Readable> {
    if (!DIGEST.test(sha256)) throw new BlobMissing(sha256);
    const path = this.pathOf(sha256);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) throw new BlobMissing(sha256);
    const file = createReadStream(path);
    const verified = verifier(sha256);
    file.on('error', (error) => verified.destroy(error));
    verified.on('close', () => file.destroy());
    return file.pipe(verified);
  }

  async remove(sha256: string): Promise<void> {
    if (DIGEST.test(sha256)) await rm(this.pathOf(sha256), { force: true });
  }

  private pathOf(sha256: string): string {
    return join(this.folder, sha256.slice(0, 2), sha256.slice(2));
  }
}

async function write(source: Readable, path: string, expected: BlobExpectation): Promise<StoredBlob> {
  const file = await open(path, 'wx');
  const sha256 = createHash('sha256');
  const md5 = createHash('md5');
  let size = 0;
  try {
    for await (const chunk of source) {
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
      size += bytes.length;
      if (size > expected.maxBytes) {
        throw new BlobRejected('too-large', `the file is larger than ${expected.maxBytes} bytes`);
      }
      sha256.update(bytes);
      md5.update(bytes);
      await file.write(bytes);
    }
    const blob = { sha256: sha256.digest('hex'), md5: md5.digest('hex'), size };
    if (expected.md5 !== undefined && expected.md5 !== blob.md5) {
      throw new BlobRejected('digest', `the content has MD5 ${blob.md5}, announced was ${expected.md5}`);
    }
    if (expected.sha256 !== undefined && expected.sha256 !== blob.sha256) {
      throw new BlobRejected(
        'digest',
        `the content has SHA-256 ${blob.sha256}, announced was ${expected.sha256}`,
      );
    }
    await file.sync();
    return blob;
  } finally {
    await file.close();
  }
}

/** Passes bytes on and fails in place of the end when their digest is another one. */
function verifier(sha256: string): Transform {
  const hash = createHash('sha256');
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      const found = hash.digest('hex');
      done(found === sha256 ? null : new Error(`stored content ${sha256} has become ${found}`));
    },
  });
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
