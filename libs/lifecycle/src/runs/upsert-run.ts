// Creating and editing runs by what a client says of them. Saying it again changes nothing; what is null stays as it is.
import { DomainError } from '@swath/contracts';
import {
  isExtendedObject,
  parseExtendedJson,
  toJsonbText,
  type Database,
  type ExtendedJson,
  type Tx,
} from '@swath/persistence';
import type { Principal } from '../principals.js';
import { branchPointOf, forkHistory } from './fork-run.js';
import type { ClientProject } from './projects.js';
import { randomKey } from './random-key.js';
import { readRun, type ClientRun } from './run-rows.js';

/** What may be said of a run; null and absent mean "as it is". */
export interface RunFields {
  readonly displayName?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly notes?: string | null | undefined;
  /** Extended JSON. */
  readonly config?: string | null | undefined;
  /** Extended JSON. */
  readonly summary?: string | null | undefined;
  readonly tags?: readonly string[] | null | undefined;
  readonly groupName?: string | null | undefined;
  readonly jobType?: string | null | undefined;
  readonly host?: string | null | undefined;
  readonly program?: string | null | undefined;
  readonly repo?: string | null | undefined;
  readonly commit?: string | null | undefined;
}

const RUN_NAME = /^[^/\\#?%:\u0000-\u001f]{1,128}$/;

/** The config without the client's envelope: `{"a":{"value":1}}` is `{"a":1}`; keys that begin with `_` are the client's own. */
export function plainConfig(text: string): ExtendedJson {
  const parsed = parseExtendedJson(text);
  if (!isExtendedObject(parsed)) return {};
  const plain: Record<string, ExtendedJson> = {};
  for (const [key, entry] of Object.entries(parsed)) {
    if (key.startsWith('_')) continue;
    const wrapped = isExtendedObject(entry) ? entry['value'] : undefined;
    plain[key] = wrapped === undefined ? entry : wrapped;
  }
  return plain;
}

/**
 * Creates a run at its first mention, or edits it. A process that starts (`host` is set) makes an ended run live again; an
 * edit does not.
 *
 * @throws `request/invalid`, `run/not-found` for an attempt that names another run
 */
export async function upsertRun(
  db: Database,
  request: {
    readonly caller: Principal;
    readonly project: ClientProject;
    readonly name: string;
    readonly fields: RunFields;
  },
): Promise<{ run: ClientRun; inserted: boolean }> {
  const { caller, project, name, fields } = request;
  if (!RUN_NAME.test(name)) {
    throw new DomainError(
      'request/invalid',
      `"${name.slice(0, 60)}" cannot be a run id: 1 to 128 characters without / \\ # ? % :`,
    );
  }
  return db.transaction(async (tx) => {
    const created =
      caller.kind === 'attempt'
        ? []
        : await tx.query<{ id: string }>(
            `INSERT INTO run (id, org_id, project_id, name, display_name, state, created_by, created_at, updated_at, heartbeat_at)
             SELECT $1, $2, $3, $4, $5, 'running', $6, t.now, t.now, t.now FROM (SELECT clock_timestamp() AS now) t
             ON CONFLICT (project_id, name) DO NOTHING RETURNING id`,
            [`rn_${randomKey()}`, project.orgId, project.id, name, fields.displayName ?? name, caller.id],
          );
    const id = created[0]?.id ?? (await idOf(tx, project.id, name));
    if (id === undefined || (caller.kind === 'attempt' && caller.runId !== id)) {
      throw new DomainError('run/not-found', `this key does not reach run "${name}"`);
    }
    await applyFields(tx, id, fields, caller.kind === 'user' || caller.kind === 'service' ? caller.id : null);
    await start(tx, id, fields);
    await branchOff(tx, { id, name, projectId: project.id }, fields);
    const run = await readRun(tx, id);
    if (run === undefined) throw new DomainError('run/not-found', `run "${name}" was deleted`);
    return { run, inserted: created.length > 0 };
  });
}

/** A config that names a branch point brings the rows of another run of the project along. */
async function branchOff(
  tx: Tx,
  run: { readonly id: string; readonly name: string; readonly projectId: string },
  { config }: RunFields,
): Promise<void> {
  const point = typeof config === 'string' ? branchPointOf(config, run.name) : undefined;
  if (point !== undefined) await forkHistory(tx, run, point);
}

/** Edits a run: never its state or its history. @throws `run/not-found` */
export async function editRun(db: Database, runId: string, fields: RunFields): Promise<ClientRun> {
  await applyFields(db, runId, fields, null);
  const run = await readRun(db, runId);
  if (run === undefined) throw new DomainError('run/not-found', `there is no run ${runId}`);
  return run;
}

async function idOf(tx: Tx, projectId: string, name: string): Promise<string | undefined> {
  const [row] = await tx.query<{ id: string }>(
    'SELECT id FROM run WHERE project_id = $1 AND name = $2 AND deleted_at IS NULL FOR UPDATE',
    [projectId, name],
  );
  return row?.id;
}

async function applyFields(
  db: Pick<Tx, 'query'>,
  runId: string,
  fields: RunFields,
  createdBy: string | null,
): Promise<void> {
  const config = fields.config ?? null;
  const summary = fields.summary ?? null;
  // An absent parameter is NULL to PostgreSQL.
  await db.query(
    `UPDATE run SET display_name = coalesce($2, display_name), description = coalesce($3, description), notes = coalesce($4, notes),
       config_text = coalesce($5, config_text), config = coalesce($6::jsonb, config),
       summary_text = coalesce($7, summary_text), summary = coalesce($8::jsonb, summary), tags = coalesce($9, tags),
       group_name = coalesce($10, group_name), job_type = coalesce($11, job_type), host = coalesce($12, host),
       program = coalesce($13, program), repo = coalesce($14, repo), commit_hash = coalesce($15, commit_hash),
       created_by = coalesce(created_by, $16), updated_at = clock_timestamp()
     WHERE id = $1 AND deleted_at IS NULL`,
    [
      runId,
      fields.displayName,
      fields.description,
      fields.notes,
      config,
      config === null ? null : toJsonbText(plainConfig(config)),
      summary,
      summary === null ? null : toJsonbText(parseExtendedJson(summary)),
      fields.tags,
      fields.groupName,
      fields.jobType,
      fields.host,
      fields.program,
      fields.repo,
      fields.commit,
      createdBy,
    ],
  );
}

/** A process has begun: the run is live. A trial that has ended stays so. */
async function start(tx: Tx, runId: string, fields: RunFields): Promise<void> {
  if (fields.host === null || fields.host === undefined) return;
  await tx.query(
    `UPDATE run r SET state = 'running', ended_at = NULL, heartbeat_at = clock_timestamp(),
       exit_code = CASE WHEN r.state IN ('pending', 'running') THEN r.exit_code END,
       stop_requested = r.stop_requested AND r.state = 'running'
     WHERE r.id = $1 AND NOT EXISTS (SELECT 1 FROM trial t WHERE t.run_id = r.id AND t.ended_at IS NOT NULL)`,
    [runId],
  );
}
