export { createDataSource, migrate, type DataSourceSettings } from './data-source.js';
export { Database, isConnectionLoss, violates, type Queryable, type Tx } from './database.js';
export { listen, type Listener, type ListenHandlers } from './listen.js';
export { PersistenceModule } from './persistence.module.js';
