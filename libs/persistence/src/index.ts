export { codeOf, isConnectionLoss, whenReachable } from './connection-loss.js';
export { createDataSource, migrate, type DataSourceSettings } from './data-source.js';
export {
  Database,
  violates,
  type DatabaseFault,
  type DatabaseSettings,
  type FaultInjector,
  type Queryable,
  type Tx,
} from './database.js';
export { listen, type Listener, type ListenHandlers } from './listen.js';
export { PersistenceModule } from './persistence.module.js';
export {
  decodeMetrics,
  encodeMetrics,
  METRIC_CODEC,
  numericValue,
  type LoggedRow,
  type LoggedValue,
} from './metric-chunk.mapper.js';
export { decodeLogs, encodeLogs } from './log-chunk.mapper.js';
export {
  decodeExactRows,
  encodeExactRows,
  EXACT_CODEC,
  parseExactRow,
  stepOf,
  writeExactRow,
  type ExactRow,
} from './exact-rows.mapper.js';
export {
  ExtendedJsonError,
  isExtendedObject,
  parseExtendedJson,
  splitExtendedJson,
  toJsonbText,
  toPlainJson,
  writeExtendedJson,
  type ExtendedJson,
} from './extended-json.mapper.js';
