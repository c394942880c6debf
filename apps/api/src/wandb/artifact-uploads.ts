/** What happens when bytes of an artifact have arrived. */
import { storeFileBlob, storeManifestBlob } from '@swath/lifecycle';
import type { Database } from '@swath/persistence';
import type { StoredBlob } from '@swath/platform';

/** A file is stored. */
export async function storeArtifactFile(
  db: Database,
  file: { readonly artifactId: string; readonly path: string; readonly blob: StoredBlob },
): Promise<void> {
  const { artifactId, path, blob } = file;
  await storeFileBlob(db, { artifactId, path, ...blob });
}

/** A manifest is stored. */
export async function storeManifest(
  db: Database,
  manifest: { readonly manifestId: string; readonly sha256: string },
): Promise<void> {
  await storeManifestBlob(db, manifest.manifestId, manifest.sha256);
}
