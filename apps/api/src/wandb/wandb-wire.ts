/** Mounts the wire on the server when the application starts: the provider that `api.module.ts` lists. */
import type { OnModuleInit, Provider } from '@nestjs/common';
import { HttpAdapterHost, ModuleRef } from '@nestjs/core';
import { Database } from '@swath/persistence';
import { DiskBlobStore } from '@swath/platform';
import type { Logger } from '@swath/platform';
import type { FastifyInstance } from 'fastify';
import { LeaseWaiters } from '../agents/lease-waiters.js';
import { OpenRequests } from '../events/open-requests.js';
import { WakeUps } from '../events/wake-ups.js';
import { disconnectSignal } from '../http/request.js';
import { TOKEN_SECRET } from '../http/token-secret.js';
import { Tickets } from './tickets.js';
import { WireCallers } from './wire-callers.js';
import type { WireServices } from './wire-context.js';
import { addWireRoutes } from './wire-routes.js';

interface Parts {
  readonly db: Database;
  readonly secret: Buffer;
  readonly waiters: LeaseWaiters;
  readonly wakeUps: WakeUps;
  readonly open: OpenRequests;
  readonly host: HttpAdapterHost;
  readonly storageFolder: string;
  readonly log: Logger;
}

/** The wire of one server. */
export class WandbWire implements OnModuleInit {
  constructor(private readonly parts: Parts) {}

  onModuleInit(): void {
    const { db, secret, waiters, wakeUps, open, host, storageFolder, log } = this.parts;
    const services: WireServices = {
      db,
      waiters,
      wakeUps,
      secret,
      blobs: new DiskBlobStore(storageFolder),
      tickets: new Tickets(secret),
    };
    const server = host.httpAdapter.getInstance<FastifyInstance>();
    const callers = new WireCallers(db, secret);
    // Not awaited: that would start the server's boot before Nest has set its error handler.
    void server.register((scope, _options, done) => {
      addWireRoutes(scope, {
        services,
        callers,
        log,
        signalOf: (request, reply) => open.signal(disconnectSignal(request, reply)),
      });
      done();
    });
  }
}

/** The provider of the wire. */
export function wandbWire(storageFolder: string, log: Logger): Provider {
  return {
    provide: WandbWire,
    useFactory: (db: Database, secret: Buffer, waiters: LeaseWaiters, modules: ModuleRef) => {
      const wakeUps = modules.get(WakeUps, { strict: false });
      const open = modules.get(OpenRequests, { strict: false });
      const host = modules.get(HttpAdapterHost, { strict: false });
      return new WandbWire({ db, secret, waiters, wakeUps, open, host, storageFolder, log });
    },
    inject: [Database, TOKEN_SECRET, LeaseWaiters, ModuleRef],
  };
}
