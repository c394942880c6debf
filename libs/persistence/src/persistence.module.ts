// Nest provider of the database for apps/api and apps/orchestrator; closes the pool when the application stops.
import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Database } from './database.js';
import type { DataSourceSettings } from './data-source.js';

/** Provides `Database`, connected to a migrated schema. */
@Module({})
export class PersistenceModule implements OnApplicationShutdown {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Connects at start. */
  static forRoot(url: string, settings: DataSourceSettings = {}): DynamicModule {
    return {
      module: PersistenceModule,
      global: true,
      providers: [{ provide: Database, useFactory: () => Database.connect(url, settings) }],
      exports: [Database],
    };
  }

  /** Closes the pool; Nest calls it. */
  async onApplicationShutdown(): Promise<void> {
    await this.database.close();
  }
}
