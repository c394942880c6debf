/** Provides the control client to a Nest application and closes its connection as the last step of the shutdown. */
import { Global, Inject, Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationShutdown } from '@nestjs/common';
import { createControlClient } from './client.js';
import type { ControlClient, TemporalOptions } from './client.js';

/** Injection token of the `ControlClient`. */
export const CONTROL_CLIENT = Symbol('ControlClient');

/** `TemporalModule.forRoot(options)` once, in the application's root module. */
@Global()
@Module({})
export class TemporalModule implements OnApplicationShutdown {
  private readonly control: ControlClient;

  constructor(@Inject(CONTROL_CLIENT) control: ControlClient) {
    this.control = control;
  }

  /** The module with a client for `options`. Connects at the first call, not here. */
  static forRoot(options: TemporalOptions): DynamicModule {
    const provider = { provide: CONTROL_CLIENT, useFactory: () => createControlClient(options) };
    return { module: TemporalModule, providers: [provider], exports: [CONTROL_CLIENT] };
  }

  /** Ends the connection. */
  async onApplicationShutdown(): Promise<void> {
    await this.control.connection.close();
  }
}
