/** The manifest of an artifact: which files it has. Written by the client, read here as untrusted text. */
import { currentManifest, listArtifactFiles } from '@swath/lifecycle';
import { buffer } from 'node:stream/consumers';
import { isFields } from './fields.js';
import type { WireContext } from './wire-context.js';
import { wireIdParts } from './wire-ids.js';

/** A file of a manifest. Digest is base64 of MD5 for stored files, anything for references. */
export interface ManifestEntry {
  readonly path: string;
  readonly digest: string;
  readonly size: number;
  readonly isReference: boolean;
  /** The artifact that stored it first. */
  readonly birthId: string | undefined;
}

/** The entries of an artifact's current manifest, by path; empty when none was stored. */
export async function readManifest(
  artifactId: string,
  { db, blobs }: Pick<WireContext, 'db' | 'blobs'>,
): Promise<ManifestEntry[]> {
  const manifest = await currentManifest(db, artifactId);
  if (manifest?.sha256 === null || manifest === undefined) return [];
  const text = (await buffer(await blobs.open(manifest.sha256))).toString('utf8');
  return entriesOf(text);
}

function entriesOf(text: string): ManifestEntry[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return [];
  }
  if (!isFields(document) || !isFields(document['contents'])) return [];
  return Object.entries(document['contents'])
    .flatMap(([path, entry]): ManifestEntry[] => {
      if (!isFields(entry)) return [];
      const { digest, size, ref, birthArtifactID } = entry;
      const birthId =
        typeof birthArtifactID === 'string' ? wireIdParts(birthArtifactID, 'Artifact', 1)?.[0] : undefined;
      return [
        {
          path,
          digest: typeof digest === 'string' ? digest : '',
          size: typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : 0,
          isReference: typeof ref === 'string',
          birthId,
        },
      ];
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** A file of an artifact that is stored here. */
export interface StoredEntry extends ManifestEntry {
  readonly sha256: string;
}

/** The entries that are stored here, with their content: a file that did not change lies with an older version. */
export async function storedEntries(artifactId: string, context: WireContext): Promise<StoredEntry[]> {
  const entries = (await readManifest(artifactId, context)).filter((entry) => !entry.isReference);
  const owners = new Set([artifactId, ...entries.flatMap((entry) => entry.birthId ?? [])]);
  const files = new Map(
    (await listArtifactFiles(context.db, [...owners])).map((file) => [
      `${file.artifactId}/${file.path}`,
      file,
    ]),
  );
  return entries.flatMap((entry): StoredEntry[] => {
    const md5 = Buffer.from(entry.digest, 'base64').toString('hex');
    const file = [artifactId, entry.birthId ?? artifactId]
      .map((owner) => files.get(`${owner}/${entry.path}`))
      .find((found) => found?.md5 === md5);
    return file === undefined ? [] : [{ ...entry, sha256: file.sha256 }];
  });
}
