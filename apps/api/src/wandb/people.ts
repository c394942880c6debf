/** Who is asking and which entities there are: an entity is a team; the organisation and the user are around it. */
import { findTeam, listTeams } from '@swath/lifecycle';
import type { WireContext } from './wire-context.js';
import { wireId } from './wire-ids.js';

/** The user that asks. */
export async function viewerNode(context: WireContext): Promise<object> {
  const { db, caller } = context;
  const [row] = await db.query<{ name: string }>('SELECT name FROM principal WHERE id = $1', [caller.id]);
  const teams = await listTeams(db, caller);
  const name = row?.name ?? 'attempt';
  return {
    ...userNode(caller.id, name),
    entity: teams[0]?.name ?? null,
    admin: (caller.kind === 'user' || caller.kind === 'service') && caller.role === 'admin',
    flags: '{}',
    apiKeys: { edges: [] },
    teams: { edges: teams.map((team) => ({ node: entityNode(team) })) },
    organizations: () => organizationNode(context).then((organization) => [organization]),
  };
}

/** A user by id and name. */
export function userNode(id: string, name: string): object {
  return { __typename: 'User', id: wireId('User', id), username: name, name, email: '', admin: false };
}

/** An entity by name; null when there is none. */
export async function entityByName(name: string | null, context: WireContext): Promise<object | null> {
  const team = await findTeam(context.db, context.caller, name);
  return team === undefined ? null : entityNode(team);
}

/** An entity. */
export function entityNode({ id, name }: { readonly id: string; readonly name: string }): object {
  return {
    id: wireId('Entity', id),
    name,
    available: false,
    readOnly: false,
    isTeam: true,
    entityType: 'team',
    members: [],
    organization: (_args: unknown, context: WireContext) => organizationNode(context),
    user: null,
  };
}

async function organizationNode({ db, caller }: WireContext): Promise<object | null> {
  const [row] = await db.query<{ id: string; name: string }>('SELECT id, name FROM org WHERE id = $1', [
    caller.orgId,
  ]);
  if (row === undefined) return null;
  const teams = await listTeams(db, caller);
  const team = teams[0];
  return {
    id: wireId('Organization', row.id),
    name: row.name,
    orgEntity: team === undefined ? null : entityNode(team),
    coreWeaveOrganizationId: null,
  };
}

const features: readonly object[] = [];

/** What the server says of itself. Every optional feature is off: the plain documents do all that they do. */
export const serverInfoNode = {
  features,
  cliVersionInfo: { max_cli_version: '0.99.0' },
  latestLocalVersionInfo: {
    outOfDate: false,
    latestVersionString: '0.99.0',
    versionOnThisInstanceString: '0.99.0',
  },
  exposesExplicitRunQueueAckPath: false,
};
