/**
 * The HTTP side of the wire: `/graphql`, the file stream, and signed addresses for bytes under `/files/-/`. Everything else of
 * the server is untouched: bodies are read here, answers are in the clients' own form.
 */
import { Readable } from 'node:stream';
import { findProject, findRun, findRunFile, putRunFile, recordStream } from '@swath/lifecycle';
import type { ClientRun, Principal } from '@swath/lifecycle';
import { BlobMissing, BlobRejected } from '@swath/platform';
import type { BlobExpectation, Logger } from '@swath/platform';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { storeArtifactFile, storeManifest } from './artifact-uploads.js';
import { completeClientRun } from './client-agents.js';
import { errorAnswer, executeWire } from './execute.js';
import type { WireAnswer, WireRequest } from './execute.js';
import { isFields } from './fields.js';
import { readPost } from './file-stream.js';
import { wireNodes } from './nodes.js';
import { readBody } from './read-body.js';
import { wireRoot } from './root.js';
import type { Ticket } from './tickets.js';
import type { WireCallers } from './wire-callers.js';
import type { WireContext, WireServices } from './wire-context.js';
import { refusalOf, WireError } from './wire-error.js';

/** Largest GraphQL body: configs of megabytes, thousands of artifact files. */
const GRAPHQL_BYTES = 64 * 1_048_576;
/** Largest post of the file stream, unpacked. */
const STREAM_BYTES = 16 * 1_048_576;
/** Largest file. */
const FILE_BYTES = 1_099_511_627_776;

/** What the routes need. */
export interface WireRoutes {
  readonly services: WireServices;
  readonly callers: WireCallers;
  readonly log: Logger;
  /** Fires when the client goes away or the server stops. */
  readonly signalOf: (request: FastifyRequest, reply: FastifyReply) => AbortSignal;
}

/** Adds the routes to a scope of the server that has no body parsers of its own. */
export function addWireRoutes(scope: FastifyInstance, routes: WireRoutes): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  scope.setErrorHandler((error, _request, reply) => refuse(routes, reply, error));
  scope.post('/graphql', async (request, reply) => {
    const answer = await graphql(routes, request, reply);
    if (answer.defect !== undefined)
      routes.log.error({ err: answer.defect, traceId: request.id }, 'wandb request failed');
    return reply
      .status(answer.status)
      .header('content-type', 'application/json')
      .send(JSON.stringify(answer.body));
  });
  scope.post<RunPath>('/files/:entity/:project/:run/file_stream', (request, reply) =>
    fileStream(routes, request, reply),
  );
  scope.put('/files/-/*', (request, reply) => upload(routes, request, reply));
  scope.get('/files/-/*', (request, reply) => download(routes, request, reply));
}

function refuse({ log }: WireRoutes, reply: FastifyReply, error: unknown): FastifyReply {
  const failure = fileRefusal(error) ?? refusalOf(error);
  if (!failure.known) log.error({ err: error, traceId: reply.request.id }, 'wandb request failed');
  const { status, body } = errorAnswer(failure.status, failure.message);
  return reply.status(status).header('content-type', 'application/json').send(JSON.stringify(body));
}

function fileRefusal(error: unknown): { status: number; message: string; known: boolean } | undefined {
  if (error instanceof BlobMissing) return { status: 404, message: error.message, known: true };
  if (!(error instanceof BlobRejected)) return undefined;
  return { status: error.reason === 'digest' ? 400 : 413, message: error.message, known: true };
}

function baseUrlOf(request: FastifyRequest): string {
  const host = /^[\w.:[\]-]{1,255}$/.test(request.host) ? request.host : 'localhost';
  const forwarded = request.headers['x-forwarded-proto'] === 'https' ? 'https' : request.protocol;
  return `${forwarded}://${host}`;
}

async function contextOf(
  routes: WireRoutes,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<WireContext> {
  return {
    ...routes.services,
    caller: await routes.callers.callerOf(request.headers.authorization),
    nodes: wireNodes,
    baseUrl: baseUrlOf(request),
    signal: routes.signalOf(request, reply),
  };
}

async function graphql(
  routes: WireRoutes,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<WireAnswer> {
  try {
    const context = await contextOf(routes, request, reply);
    const body = await readBody(request.body, request.raw, GRAPHQL_BYTES);
    return await executeWire(requestOf(body.toString('utf8')), wireRoot, context);
  } catch (error) {
    const refusal = refusalOf(error);
    const answer = errorAnswer(refusal.status, refusal.message);
    return refusal.known ? answer : { ...answer, defect: error };
  }
}

function requestOf(text: string): WireRequest {
  let body: unknown;
  try {
    body = text.includes('\\u0000') ? JSON.parse(text, withoutNul) : JSON.parse(text);
  } catch {
    throw new WireError(400, 'the body is not JSON');
  }
  if (!isFields(body) || typeof body['query'] !== 'string')
    throw new WireError(400, 'query: a GraphQL document is expected');
  const { query, variables, operationName } = body;
  return {
    query,
    variables: isFields(variables) ? variables : {},
    operationName: typeof operationName === 'string' ? operationName : null,
  };
}

/** PostgreSQL has no character 0. */
function withoutNul(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\u0000', '\ufffd') : value;
}

interface RunPath {
  readonly Params: { readonly entity: string; readonly project: string; readonly run: string };
}

/** The run of a path, if the caller may write to it. @throws WireError 403, 404 */
async function writableRun(
  db: WireServices['db'],
  caller: Principal,
  { entity, project, run: name }: RunPath['Params'],
): Promise<ClientRun> {
  if (caller.kind !== 'attempt' && caller.kind !== 'agent' && caller.role === 'viewer') {
    throw new WireError(403, 'this key may read only');
  }
  const found = await findProject(db, caller, { entity, project });
  const run = found === undefined ? undefined : await findRun(db, { projectId: found.id, name });
  if (run === undefined || (caller.kind === 'attempt' && caller.runId !== run.id)) {
    throw new WireError(404, `there is no run "${name}"`);
  }
  return run;
}

async function fileStream(
  routes: WireRoutes,
  request: FastifyRequest<RunPath>,
  reply: FastifyReply,
): Promise<object> {
  const { db } = routes.services;
  const caller = await routes.callers.callerOf(request.headers.authorization);
  const run = await writableRun(db, caller, request.params);
  const body = await readBody(request.body, request.raw, STREAM_BYTES);
  const { console: output, ...post } = readPost(body.toString('utf8'), writerOf(request), run.createdAt);
  // Inside a trial the node's agent sends the output of the process already.
  const kept = output === undefined || caller.kind === 'attempt' ? post : { ...post, console: output };
  const { stop, leaseId } = await recordStream(db, { runId: run.id, projectId: run.projectId, post: kept });
  if (post.exitCode !== undefined && leaseId !== null) {
    await completeClientRun(db, { leaseId, exitCode: post.exitCode });
  }
  void reply.header('content-type', 'application/json');
  return stop ? { stopped: true } : {};
}

/** Several processes that write one run count their lines each for itself. */
function writerOf(request: FastifyRequest): string | undefined {
  const writer = request.headers['x-wandb-async-client-id'];
  return request.headers['x-wandb-use-async-filestream'] === 'true' && typeof writer === 'string'
    ? writer
    : undefined;
}

function ticketOf({ services }: WireRoutes, request: FastifyRequest): Ticket {
  const { params } = request;
  const path = isFields(params) && typeof params['*'] === 'string' ? params['*'] : '';
  const [text = ''] = path.split('/');
  const ticket = services.tickets.read(text);
  if (ticket === undefined) throw new WireError(403, 'this address is not valid, or no longer');
  return ticket;
}

/** Without an announced digest only the size is checked. */
function expected(md5: string): BlobExpectation {
  return md5 === '' ? { maxBytes: FILE_BYTES } : { maxBytes: FILE_BYTES, md5 };
}

async function upload(
  routes: WireRoutes,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const ticket = ticketOf(routes, request);
  const { db, blobs } = routes.services;
  const source = request.body instanceof Readable ? request.body : Readable.from([]);
  switch (ticket.do) {
    case 'put-run-file': {
      const blob = await blobs.put(source, { maxBytes: FILE_BYTES });
      await putRunFile(db, ticket.run, { ...blob, name: ticket.name });
      break;
    }
    case 'put-artifact-file': {
      const blob = await blobs.put(source, expected(ticket.md5));
      await storeArtifactFile(db, { artifactId: ticket.artifact, path: ticket.name, blob });
      break;
    }
    case 'put-manifest': {
      const blob = await blobs.put(source, expected(ticket.md5));
      await storeManifest(db, { manifestId: ticket.manifest, sha256: blob.sha256 });
      break;
    }
    case 'get-run-file':
    case 'get-blob':
      throw new WireError(405, 'this address is for reading');
  }
  return reply.status(200).send('');
}

async function download(
  routes: WireRoutes,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const ticket = ticketOf(routes, request);
  const { db, blobs } = routes.services;
  let sha256: string;
  if (ticket.do === 'get-blob') sha256 = ticket.sha256;
  else if (ticket.do === 'get-run-file') {
    const file = await findRunFile(db, ticket.run, ticket.name);
    if (file === undefined) throw new WireError(404, `there is no file "${ticket.name}"`);
    sha256 = file.sha256;
    void reply.header('content-length', file.size);
  } else throw new WireError(405, 'this address is for writing');
  // What users upload is never shown as a page of this server.
  return reply
    .header('content-type', 'application/octet-stream')
    .header('content-disposition', 'attachment')
    .send(await blobs.open(sha256));
}
