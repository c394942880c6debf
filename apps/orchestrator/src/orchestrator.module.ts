/** The Nest module of the orchestrator: two connections and the process that uses them. */
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { Database, PersistenceModule } from '@swath/persistence';
import { CONTROL_CLIENT, TemporalModule } from '@swath/temporal';
import type { ControlClient } from '@swath/temporal';
import type { OrchestratorConfig } from './orchestrator.config.js';
import { Orchestrator } from './orchestrator.js';

/** `OrchestratorModule.forRoot(config)` is the root module. */
@Module({})
export class OrchestratorModule {
  /** The module for these settings. Connects to PostgreSQL when the application is made. */
  static forRoot(config: OrchestratorConfig): DynamicModule {
    return {
      module: OrchestratorModule,
      imports: [PersistenceModule.forRoot(config.databaseUrl), TemporalModule.forRoot(config.temporal)],
      providers: [
        {
          provide: Orchestrator,
          useFactory: (db: Database, control: ControlClient) => new Orchestrator({ config, db, control }),
          inject: [Database, CONTROL_CLIENT],
        },
      ],
    };
  }
}
