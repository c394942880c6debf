// Saves and restores the state of a training run. With SWATH_CHECKPOINT_DIR set, a checkpoint is written after each
// epoch, or only when asked by the signal that SWATH_CHECKPOINT_SIGNAL names; SWATH_RESUME_FROM names one to go on from.
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';

const FILE = 'checkpoint.bin';

/**
 * Returns `{ wanted(), write(state) }`: whether a checkpoint is wanted at the end of this epoch, and how to write it.
 * The file appears whole or not at all: it is renamed into place, so a kill in the middle leaves the one before.
 */
export function checkpoints(env) {
  const folder = env.SWATH_CHECKPOINT_DIR;
  const signal = env.SWATH_CHECKPOINT_SIGNAL;
  let asked = false;
  if (signal) process.on(signal, () => (asked = true));
  return {
    wanted: () => Boolean(folder) && (asked || !signal),
    write(state) {
      asked = false;
      mkdirSync(folder, { recursive: true });
      const unfinished = join(folder, `.${FILE}.${process.pid}`);
      writeFileSync(unfinished, serialize(state));
      renameSync(unfinished, join(folder, FILE));
    },
  };
}

/**
 * Returns the state that SWATH_RESUME_FROM names (the file, or its folder), or `undefined` when it is not set, or names a
 * folder without a checkpoint because the attempt before ended too early to write one.
 *
 * @throws {Error} with one line for the user if it cannot be read or belongs to a network of another shape
 */
export function resumedState(env, shape) {
  const path = env.SWATH_RESUME_FROM;
  if (!path) return undefined;
  let state;
  try {
    const isFolder = statSync(path).isDirectory();
    if (isFolder && !existsSync(join(path, FILE))) return undefined;
    state = deserialize(readFileSync(isFolder ? join(path, FILE) : path));
  } catch (error) {
    throw new Error(`cannot resume from ${path}: ${error.message}`, { cause: error });
  }
  if (state.shape !== shape)
    throw new Error(`cannot resume from ${path}: it is of ${state.shape}, not ${shape}`);
  return state;
}
