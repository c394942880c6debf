/**
 * A checkpoint folder as one archive, and back. What a script is still writing is left out by its name; a folder that changed while it
 * was packed is not taken at all.
 */
import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, rmSync, Stats, writeFileSync } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { create, extract, replace } from 'tar';

/** Files that are looked at; a folder with more is no checkpoint. */
const MOST_FILES = 10_000;
/** Makes archives of equal content different, so that each is somebody's own in the store. */
const LABEL = '.swath-checkpoint.json';

/** A packed checkpoint. */
export interface PackedCheckpoint {
  readonly file: string;
  readonly sha256: string;
  readonly size: number;
}

/** Whether a name is of something whole: scripts write under another one and rename. */
export function isWhole(name: string): boolean {
  return !name.startsWith('.') && !/\.(tmp|temp|part|partial)$/i.test(name);
}

/**
 * What is in a folder, as text that is equal while nothing changes; `undefined` when there is nothing whole in it.
 *
 * @throws Error when the folder cannot be read or holds more than 10,000 files
 */
export async function stateOf(folder: string): Promise<string | undefined> {
  const found: string[] = [];
  const look = async (path: string): Promise<void> => {
    for (const name of (await readdir(join(folder, path))).sort()) {
      if (!isWhole(name)) continue;
      const inner = join(path, name);
      const at = await lstat(join(folder, inner), { bigint: true });
      if (at.isDirectory()) await look(inner);
      else if (at.isFile()) found.push(`${inner}\0${at.size}\0${at.mtimeNs}\0${at.ino}`);
      if (found.length > MOST_FILES) throw new Error(`more than ${MOST_FILES} files in ${folder}`);
    }
  };
  await look('');
  return found.length === 0 ? undefined : found.join('\n');
}

/**
 * Packs a folder into `file`.
 *
 * @param state as `stateOf` gave it
 * @returns `undefined` when the folder is no longer in that state
 */
export async function pack(
  folder: string,
  state: string,
  { file, label }: { readonly file: string; readonly label: Readonly<Record<string, unknown>> },
): Promise<PackedCheckpoint | undefined> {
  const names = (await readdir(folder)).filter(isWhole).sort();
  const filter = (path: string, at: unknown): boolean =>
    isWhole(basename(path)) && at instanceof Stats && (at.isFile() || at.isDirectory());
  await create(
    { cwd: folder, file, portable: true, filter },
    names.map((name) => `./${name}`),
  );
  const about = join(dirname(file), LABEL);
  writeFileSync(about, JSON.stringify(label));
  await replace({ cwd: dirname(file), file, portable: true }, [LABEL]);
  rmSync(about);
  if ((await stateOf(folder)) !== state) return undefined;
  return { file, sha256: await digestOf(file), size: (await stat(file)).size };
}

/** Puts the content of an archive into an empty folder. @throws Error for one that cannot be read */
export async function unpack(file: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const filter = (path: string, entry: unknown): boolean => {
    const type = typeof entry === 'object' && entry !== null && 'type' in entry ? entry.type : '';
    return basename(path) !== LABEL && (type === 'File' || type === 'Directory');
  };
  await extract({ cwd: folder, file, strict: true, preserveOwner: false, filter });
}

/** SHA-256 of a file, hexadecimal. */
export async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
