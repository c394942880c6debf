// Names of tracking clients and what they are here: an entity is a team, a project is a project of it. Projects are made at
// their first use.
import { DomainError } from '@swath/contracts';
import type { Database, Queryable } from '@swath/persistence';
import type { Principal } from '../principals.js';
import { randomKey } from './random-key.js';

/** A project with the names that clients use. */
export interface ClientProject {
  readonly id: string;
  readonly orgId: string;
  readonly name: string;
  readonly teamId: string;
  readonly entity: string;
  readonly createdAt: Date;
}

/** Where runs without a project go. */
export const DEFAULT_PROJECT = 'uncategorized';
const PROJECT_NAME = /^[^/\\#?%:\u0000-\u001f]{1,128}$/;

const columns = `p.id, p.org_id AS "orgId", p.name, p.team_id AS "teamId", m.name AS entity, p.created_at AS "createdAt"`;

/** The teams of the caller's organisation, its own first. */
export async function listTeams(db: Queryable, caller: Principal): Promise<{ id: string; name: string }[]> {
  const own = caller.kind === 'agent' ? null : caller.projectId;
  return db.query<{ id: string; name: string }>(
    `SELECT m.id, m.name FROM team m WHERE m.org_id = $1
     ORDER BY m.id = (SELECT team_id FROM project WHERE id = $2) DESC NULLS LAST, m.created_at, m.id`,
    [caller.orgId, own],
  );
}

/** The team an entity's name stands for; empty or null is the caller's own. */
export async function findTeam(
  db: Queryable,
  caller: Principal,
  entity: string | null | undefined,
): Promise<{ id: string; name: string } | undefined> {
  const teams = await listTeams(db, caller);
  return entity === null || entity === undefined || entity === ''
    ? teams[0]
    : teams.find((team) => team.name === entity);
}

/** A project by the names of a client, if it exists and the caller reaches it. */
export async function findProject(
  db: Queryable,
  caller: Principal,
  names: { readonly entity?: string | null | undefined; readonly project?: string | null | undefined },
): Promise<ClientProject | undefined> {
  const team = await findTeam(db, caller, names.entity);
  if (team === undefined) return undefined;
  const [project] = await db.query<ClientProject>(
    `SELECT ${columns} FROM project p JOIN team m ON m.id = p.team_id WHERE p.team_id = $1 AND p.name = $2`,
    [team.id, nameOf(names.project)],
  );
  return project !== undefined && reaches(caller, project.id) ? project : undefined;
}

/** Projects of an entity that the caller reaches, newest first. */
export async function listProjects(
  db: Queryable,
  caller: Principal,
  entity: string | null | undefined,
): Promise<ClientProject[]> {
  const team = await findTeam(db, caller, entity);
  if (team === undefined) return [];
  const projects = await db.query<ClientProject>(
    `SELECT ${columns} FROM project p JOIN team m ON m.id = p.team_id WHERE p.team_id = $1 ORDER BY p.created_at DESC, p.id`,
    [team.id],
  );
  return projects.filter((project) => reaches(caller, project.id));
}

/**
 * A project by the names of a client, made at its first use.
 *
 * @throws `project/not-found` for an unknown entity or a project beyond the key; `request/invalid` for a name that cannot be
 */
export async function ensureProject(
  db: Database,
  caller: Principal,
  names: { readonly entity?: string | null | undefined; readonly project?: string | null | undefined },
): Promise<ClientProject> {
  const known = await findProject(db, caller, names);
  if (known !== undefined) return known;
  const team = await findTeam(db, caller, names.entity);
  if (team === undefined)
    throw new DomainError('project/not-found', `there is no entity "${names.entity ?? ''}"`);
  const name = nameOf(names.project);
  if (!PROJECT_NAME.test(name)) {
    throw new DomainError(
      'request/invalid',
      `"${name.slice(0, 60)}" cannot be a project: 1 to 128 characters without / \\ # ? % :`,
    );
  }
  if (!mayCreate(caller)) {
    throw new DomainError('project/not-found', `this key does not reach project "${name}" of "${team.name}"`);
  }
  await db.query(
    `INSERT INTO project (id, org_id, team_id, name) VALUES ($1, $2, $3, $4) ON CONFLICT (team_id, name) DO NOTHING`,
    [`pj_${randomKey()}`, caller.orgId, team.id, name],
  );
  const made = await findProject(db, caller, names);
  if (made === undefined) throw new Error(`project ${name} was not stored`);
  return made;
}

function nameOf(project: string | null | undefined): string {
  return project === null || project === undefined || project === '' ? DEFAULT_PROJECT : project;
}

/** An administrator's key names a project only as its default. */
function reaches(caller: Principal, projectId: string): boolean {
  if (caller.kind === 'agent') return false;
  if (caller.kind === 'attempt') return caller.projectId === projectId;
  return caller.projectId === null || caller.projectId === projectId || caller.role === 'admin';
}

function mayCreate(caller: Principal): boolean {
  if (caller.kind !== 'user' && caller.kind !== 'service') return false;
  return caller.role === 'admin' || (caller.projectId === null && caller.role !== 'viewer');
}
