export { ConfigError, parseConfig, type Frozen, type SettingsSchema } from './config.js';
export { systemClock, type Clock } from './clock.js';
export { createLogger, readable, type Logger, type LoggerOptions, type LogLevel } from './logger.js';
export { onShutdown, shutDown, Shutdown, type ShutdownHook, type ShutdownHost } from './shutdown.js';
export { announceReady } from './ready.js';
export {
  BlobMissing,
  BlobRejected,
  type BlobExpectation,
  type BlobStore,
  type StoredBlob,
} from './storage/blob-store.js';
export { DiskBlobStore } from './storage/disk-blob-store.js';
