/** A run as a GraphQL object: what lists show as values, everything that costs a query as a method. */
import { countRunFiles, listRunFiles, readLogs } from '@swath/lifecycle';
import type { ClientRun, RunFile } from '@swath/lifecycle';
import { isExtendedObject, parseExtendedJson, writeExtendedJson } from '@swath/persistence';
import type { ExtendedJson } from '@swath/persistence';
import { connectionOf, pageRange } from './connection.js';
import type { PageArguments } from './connection.js';
import { userNode } from './people.js';
import { historyFields } from './run-history-fields.js';
import type { WireContext } from './wire-context.js';
import { wireId } from './wire-ids.js';

/** The id of a run that clients compute themselves. */
export function runWireId(run: Pick<ClientRun, 'name' | 'project' | 'entity'>): string {
  return wireId('Run', run.name, run.project, run.entity);
}

/** The config as clients write it: each value in an envelope. */
function configText(run: ClientRun): string {
  if (run.configText !== null) return run.configText;
  return JSON.stringify(
    Object.fromEntries(Object.entries(run.config).map(([key, value]) => [key, { value }])),
  );
}

/** Some keys of the client's own part of the config. */
function wandbConfig(run: ClientRun, keys: readonly string[] | null | undefined): string {
  const parsed = parseExtendedJson(run.configText ?? '{}');
  const own = memberOf(memberOf(parsed, '_wandb'), 'value');
  if (!isExtendedObject(own)) return '{}';
  const wanted = Object.entries(own).filter(
    ([key]) => keys === null || keys === undefined || keys.includes(key),
  );
  return writeExtendedJson(Object.fromEntries(wanted));
}

function memberOf(value: ExtendedJson, key: string): ExtendedJson {
  return isExtendedObject(value) ? (value[key] ?? null) : null;
}

/** A run. */
export function runNode(run: ClientRun): object {
  const running = run.state === 'running' || run.state === 'pending';
  return {
    __typename: 'Run',
    id: runWireId(run),
    projectId: Number(run.number),
    project: (_args: unknown, { nodes }: WireContext) =>
      nodes.project({
        id: run.projectId,
        orgId: run.orgId,
        name: run.project,
        teamId: run.teamId,
        entity: run.entity,
        createdAt: run.projectCreatedAt,
      }),
    name: run.name,
    displayName: run.displayName,
    description: run.description,
    notes: run.notes,
    tags: run.tags,
    state: run.state,
    config: configText(run),
    summaryMetrics: run.summaryText ?? JSON.stringify(run.summary),
    wandbConfig: ({ keys }: { keys?: readonly string[] | null }) => wandbConfig(run, keys),
    group: run.groupName,
    jobType: run.jobType,
    commit: run.commitHash,
    sweepName: run.sweepId,
    sweep: (_args: unknown, context: WireContext) =>
      run.sweepId === null ? null : context.nodes.sweep(run.projectId, run.sweepId, context),
    readOnly: false,
    // Clients take a run without a user for a broken one.
    user: userNode(run.createdById ?? 'unknown', run.createdByName ?? 'unknown'),
    host: run.host,
    createdAt: run.createdAt.toISOString(),
    updatedAt: run.updatedAt.toISOString(),
    heartbeatAt: (run.heartbeatAt ?? run.updatedAt).toISOString(),
    exitcode: run.exitCode,
    stopped: run.stopRequested,
    shouldStop: run.stopRequested,
    failed: run.state === 'failed' || run.state === 'crashed',
    running,
    historyLineCount: run.historyLines,
    eventsLineCount: run.eventLines,
    logLineCount: run.logLines,
    ...historyFields(run),
    logLines: (args: LogArguments, context: WireContext) => logLines(run, args, context),
    fileCount: (_args: unknown, { db }: WireContext) => countRunFiles(db, run.id),
    files: (args: FileArguments, context: WireContext) => files(run, args, context),
    inputArtifacts: (args: PageArguments, context: WireContext) =>
      context.nodes.artifactsOfRun(run.id, 'input', { args, context }),
    outputArtifacts: (args: PageArguments, context: WireContext) =>
      context.nodes.artifactsOfRun(run.id, 'output', { args, context }),
  };
}

interface FileArguments extends PageArguments {
  readonly names?: readonly (string | null)[] | null;
  readonly pattern?: string | null;
}

async function files(run: ClientRun, args: FileArguments, context: WireContext): Promise<object> {
  const range = pageRange(args);
  const names = (args.names ?? []).filter((name): name is string => name !== null);
  const pattern = args.pattern ?? undefined;
  const rows = await listRunFiles(context.db, {
    runId: run.id,
    names,
    ...(pattern === undefined ? {} : { pattern }),
    offset: range.offset,
    limit: range.limit + 1,
  });
  const connection = connectionOf(rows, range, (file) => fileNode(run.id, file, context));
  if ((args.names ?? []).length === 0) return connection;
  // A client that asks for names it is about to upload wants a node for each.
  const known = new Set(rows.map((file) => file.name));
  const missing = names
    .filter((name) => !known.has(name))
    .map((name) => ({ node: emptyFile(run.id, name, context), cursor: '' }));
  return args.after === undefined || args.after === null
    ? { ...connection, edges: [...connection.edges, ...missing] }
    : connection;
}

function emptyFile(runId: string, name: string, { tickets, baseUrl }: WireContext): object {
  return {
    id: wireId('File', runId, name),
    name,
    displayName: name,
    sizeBytes: 0,
    url: ({ upload }: { upload?: boolean | null }) =>
      tickets.url(baseUrl, { do: upload === true ? 'put-run-file' : 'get-run-file', run: runId, name }),
    directUrl: tickets.url(baseUrl, { do: 'get-run-file', run: runId, name }),
    uploadUrl: tickets.url(baseUrl, { do: 'put-run-file', run: runId, name }),
    mimetype: null,
    md5: null,
    updatedAt: null,
  };
}

/** A file of a run. */
export function fileNode(runId: string, file: RunFile, context: WireContext): object {
  return {
    ...emptyFile(runId, file.name, context),
    sizeBytes: file.size,
    md5: Buffer.from(file.md5, 'hex').toString('base64'),
    digest: file.sha256,
    mimetype: 'application/octet-stream',
    updatedAt: file.updatedAt.toISOString(),
  };
}

interface LogArguments {
  readonly first?: number | null;
  readonly last?: number | null;
  readonly after?: string | null;
}

async function logLines(run: ClientRun, args: LogArguments, { db }: WireContext): Promise<object> {
  const last = args.last ?? undefined;
  const range = pageRange(last === undefined ? args : {}, 1_000);
  const offset = last === undefined ? range.offset : Math.max(0, run.logLines - last);
  const limit = last ?? range.limit;
  const lines = await readLogs(db, { runId: run.id, from: offset, limit: limit + 1 });
  return connectionOf(lines, { offset, limit }, (line) => ({
    number: line.line,
    line: line.text,
    level: line.stream === 'stderr' ? 'error' : 'info',
    label: null,
    timestamp: new Date(run.createdAt.getTime() + line.offsetMs).toISOString(),
  }));
}
