// Second entry of the package: starts what a machine needs for a local stack (PostgreSQL, Temporal, our own processes). Used by the
// command line's `up` and by the tests' services; the product's processes use the main entry only.
export { cacheFolder } from './cache-folder.js';
export { startPostgres, type LocalPostgres, type PostgresOptions } from './postgres.js';
export { freePortNear, freePorts, isFreePort } from './ports.js';
export { DataFolderInUseError, lockDataFolder, type DataFolderLock } from './data-folder-lock.js';
export { ProcessRegistry } from './process-registry.js';
export {
  restartPause,
  superviseProcess,
  SupervisedProcess,
  type ProcessSpec,
  type Supervision,
} from './supervised-process.js';
export { startTemporal, type LocalTemporal, type TemporalOptions } from './temporal-server.js';
export { findTemporal, TemporalNotFoundError } from './find-temporal.js';
export type { TemporalSource } from './temporal-source.js';
