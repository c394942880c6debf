// Runs as tracking clients see them: one row with the names of its project, team, creator and sweep. Read here, changed by the
// other files of this folder.
import type { Queryable, Tx } from '@swath/persistence';

/** States of a run; `crashed` is also read from a silence of `SILENCE_MS`. */
export type RunState = 'pending' | 'running' | 'finished' | 'failed' | 'crashed' | 'killed' | 'preempted';

/** A run that says nothing for so long counts as crashed, in ms. */
export const SILENCE_MS = 300_000;

/** A run. Texts are extended JSON. */
export interface ClientRun {
  readonly id: string;
  readonly number: bigint;
  readonly orgId: string;
  readonly projectId: string;
  readonly project: string;
  readonly projectCreatedAt: Date;
  readonly teamId: string;
  readonly entity: string;
  /** The id that the client chose, unique in its project. */
  readonly name: string;
  readonly displayName: string;
  readonly state: RunState;
  readonly configText: string | null;
  readonly summaryText: string | null;
  readonly config: Readonly<Record<string, unknown>>;
  readonly summary: unknown;
  readonly tags: readonly string[];
  readonly notes: string | null;
  readonly description: string | null;
  readonly groupName: string | null;
  readonly jobType: string | null;
  readonly createdById: string | null;
  readonly createdByName: string | null;
  readonly host: string | null;
  readonly commitHash: string | null;
  readonly exitCode: number | null;
  readonly stopRequested: boolean;
  readonly historyLines: number;
  readonly eventLines: number;
  readonly logLines: number;
  readonly lastStep: number | null;
  readonly sweepId: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly heartbeatAt: Date | null;
}

/** State as shown, for the aliases of `clientRunFrom`. */
export const shownState = `CASE
  WHEN t.state IN ('pruned', 'stopped', 'cancelled') THEN 'killed'
  WHEN r.state = 'running' AND coalesce(r.heartbeat_at, r.updated_at) < clock_timestamp() - interval '${SILENCE_MS} milliseconds'
    AND NOT EXISTS (SELECT 1 FROM lease l WHERE l.run_id = r.id AND l.state = 'live') THEN 'crashed'
  ELSE r.state END`;

/** Tables of a client run: `r` run, `p` project, `m` team, `c` creator, `t` trial, `s` sweep. */
export const clientRunFrom = `FROM run r JOIN project p ON p.id = r.project_id JOIN team m ON m.id = p.team_id
  LEFT JOIN trial t ON t.run_id = r.id LEFT JOIN sweep s ON s.id = t.sweep_id
  LEFT JOIN principal c ON c.id = coalesce(r.created_by, s.created_by)`;

/** Columns of `ClientRun`. */
export const clientRunColumns = `r.id, ('x' || substr(md5(r.project_id), 1, 7))::bit(28)::bigint AS number, r.org_id AS "orgId",
  r.project_id AS "projectId", p.name AS project, p.created_at AS "projectCreatedAt",
  m.id AS "teamId", m.name AS entity, r.name, r.display_name AS "displayName", ${shownState} AS state,
  r.config_text AS "configText", r.summary_text AS "summaryText", r.config, r.summary, r.tags, r.notes, r.description,
  r.group_name AS "groupName", r.job_type AS "jobType", c.id AS "createdById", c.name AS "createdByName", r.host,
  r.commit_hash AS "commitHash", r.exit_code AS "exitCode", r.stop_requested AS "stopRequested",
  r.history_lines::float8 AS "historyLines", r.event_lines::float8 AS "eventLines", r.log_lines::float8 AS "logLines",
  r.last_step::float8 AS "lastStep", t.sweep_id AS "sweepId", r.created_at AS "createdAt", r.updated_at AS "updatedAt",
  r.heartbeat_at AS "heartbeatAt"`;

/** A run by its client's id in a project. */
export async function findRun(
  db: Queryable,
  where: { readonly projectId: string; readonly name: string },
): Promise<ClientRun | undefined> {
  const [run] = await db.query<ClientRun>(
    `SELECT ${clientRunColumns} ${clientRunFrom} WHERE r.project_id = $1 AND r.name = $2 AND r.deleted_at IS NULL`,
    [where.projectId, where.name],
  );
  return run;
}

/** A run by its row's id. */
export async function readRun(db: Queryable, runId: string): Promise<ClientRun | undefined> {
  const [run] = await db.query<ClientRun>(
    `SELECT ${clientRunColumns} ${clientRunFrom} WHERE r.id = $1 AND r.deleted_at IS NULL`,
    [runId],
  );
  return run;
}

/** What the writers of a run lock and read. */
export interface LockedRun {
  readonly id: string;
  readonly state: RunState;
  readonly stopRequested: boolean;
  readonly historyLines: number;
  readonly eventLines: number;
  readonly logLines: number;
  readonly createdAt: Date;
}

/** Locks a run, after its trial. */
export async function lockRun(tx: Tx, runId: string): Promise<LockedRun | undefined> {
  const [run] = await tx.query<LockedRun>(
    `SELECT id, state, stop_requested AS "stopRequested", history_lines::float8 AS "historyLines",
       event_lines::float8 AS "eventLines", log_lines::float8 AS "logLines", created_at AS "createdAt"
     FROM run WHERE id = $1 AND deleted_at IS NULL FOR UPDATE`,
    [runId],
  );
  return run;
}
