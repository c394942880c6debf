import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BlobMissing } from './blob-store.js';
import { DiskBlobStore } from './disk-blob-store.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'blob-store-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('gives back what it took, under the digest of the content', async () => {
  const store = new DiskBlobStore(folder);
  const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 251));
  const blob = await store.put(Readable.from([bytes.subarray(0, 10), bytes.subarray(10)]), {
    maxBytes: 100_000,
  });
  expect(blob.size).toBe(70_000);
  expect(await buffer(await store.open(blob.sha256))).toEqual(bytes);
  const again = await store.put(Readable.from([bytes]), { maxBytes: 100_000, md5: blob.md5 });
  expect(again).toEqual(blob);
});

it('takes empty files', async () => {
  const store = new DiskBlobStore(folder);
  const blob = await store.put(Readable.from([]), { maxBytes: 0 });
  expect(await buffer(await store.open(blob.sha256))).toHaveLength(0);
});

it('leaves nothing of an upload that is too large or not what was announced', async () => {
  const store = new DiskBlobStore(folder);
  await expect(store.put(Readable.from([Buffer.alloc(11)]), { maxBytes: 10 })).rejects.toThrow(
    /larger than 10/,
  );
  await expect(
    store.put(Readable.from([Buffer.from('a')]), { maxBytes: 10, md5: 'f'.repeat(32) }),
  ).rejects.toThrow(/announced was/);
  await expect(
    store.put(Readable.from([Buffer.from('a')]), { maxBytes: 10, sha256: 'f'.repeat(64) }),
  ).rejects.toThrow(/announced was/);
  expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
});

it('fails to read what has changed on disk, and what was never there', async () => {
  const store = new DiskBlobStore(folder);
  const blob = await store.put(Readable.from([Buffer.from('true')]), { maxBytes: 10 });
  writeFileSync(join(folder, blob.sha256.slice(0, 2), blob.sha256.slice(2)), 'fake');
  await expect(buffer(await store.open(blob.sha256))).rejects.toThrow(/has become/);
  await expect(store.open('../../../etc/passwd')).rejects.toThrow(BlobMissing);
});

it('takes a blob away, once or again', async () => {
  const store = new DiskBlobStore(folder);
  const { sha256 } = await store.put(Readable.from([Buffer.from('gone')]), { maxBytes: 10 });
  await store.remove(sha256);
  await store.remove(sha256);
  await expect(store.open(sha256)).rejects.toThrow(BlobMissing);
});
