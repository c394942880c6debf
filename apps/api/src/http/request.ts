/** What the server knows of a request beyond Fastify's own fields. */
import type { Principal } from '@swath/lifecycle';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A request as handlers see it. */
export interface ApiRequest extends FastifyRequest {
  /** Set by the authentication guard. */
  principal?: Principal;
  /** The body as it came, for hashing and for specs whose numbers must keep their spelling. */
  rawBody?: Buffer;
}

/** A reply. */
export type ApiReply = FastifyReply;

/** Aborts when the client goes away before it was answered. */
export function disconnectSignal(request: ApiRequest, reply: ApiReply): AbortSignal {
  const controller = new AbortController();
  const { socket } = request.raw;
  const onClose = (): void => {
    if (!reply.raw.writableFinished) controller.abort();
  };
  socket.once('close', onClose);
  reply.raw.once('finish', () => socket.off('close', onClose));
  return controller.signal;
}
