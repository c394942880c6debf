import type { Database } from '@swath/persistence';
import type { StoredBlob } from '@swath/platform';
export async function storeArtifactFile(
  _db: Database,
  _r: { artifactId: string; path: string; blob: StoredBlob },
): Promise<void> {}
export async function storeManifest(
  _db: Database,
  _r: { manifestId: string; sha256: string },
): Promise<void> {}
