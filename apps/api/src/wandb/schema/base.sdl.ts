/** Scalars, people, projects and what the server says of itself, in the schema that tracking clients speak to. */

/** Part of the schema; `schema.ts` puts the parts together. */
export const baseSdl = `
scalar JSONString
scalar JSON
scalar Int64
scalar Duration
scalar DateTime

type Query {
  viewer: User
  serverInfo: ServerInfo
  entity(name: String): Entity
  organization(name: String!): Organization
  project(name: String, entityName: String): Project
  model(name: String, entityName: String): Project
  models(entityName: String, after: String, first: Int, order: String): ProjectConnection
  projects(entityName: String, after: String, first: Int, order: String): ProjectConnection
  users(query: String): UserConnection
  artifact(id: ID!): Artifact
  artifactCollection(id: ID!): ArtifactCollection
  clientIDMapping(clientID: ID!): ClientIDMapping
}

type PageInfo { startCursor: String endCursor: String hasNextPage: Boolean! hasPreviousPage: Boolean }

type User {
  id: ID!
  entity: String
  username: String
  name: String
  email: String
  admin: Boolean
  flags: JSONString
  deletedAt: DateTime
  apiKeys: ApiKeyConnection
  teams: TeamConnection
  organizations: [Organization!]
  photoUrl: String
  accountType: String
}
type UserConnection { edges: [UserEdge!]! pageInfo: PageInfo }
type UserEdge { node: User cursor: String }
type ApiKey { id: ID! name: String description: String }
type ApiKeyConnection { edges: [ApiKeyEdge!]! }
type ApiKeyEdge { node: ApiKey }
type TeamConnection { edges: [TeamEdge!]! }
type TeamEdge { node: Entity }

type ServerInfo {
  features: [ServerFeature]!
  cliVersionInfo: JSON
  latestLocalVersionInfo: LocalVersion
  exposesExplicitRunQueueAckPath: Boolean
}
type ServerFeature { name: String! isEnabled: Boolean! }
type LocalVersion { outOfDate: Boolean latestVersionString: String versionOnThisInstanceString: String }
type ServerSettings { serverMessages: [ServerMessage!]! }
type ServerMessage { utfText: String plainText: String htmlText: String messageType: String messageLevel: String }

type Entity {
  id: ID!
  name: String!
  organization: Organization
  user: User
  available: Boolean
  photoUrl: String
  readOnly: Boolean
  readOnlyAdmin: Boolean
  isTeam: Boolean
  entityType: String
  privateOnly: Boolean
  storageBytes: Int64
  codeSavingEnabled: Boolean
  defaultAccess: String
  isPaid: Boolean
  members: [Member!]
  limits: JSON
  xxhashDigestsEnabled: Boolean
}
type Member {
  id: ID!
  admin: Boolean
  role: String
  pending: Boolean
  email: String
  username: String
  name: String
  photoUrl: String
  accountType: String
  apiKey: String
}
type Organization { id: ID! name: String! orgEntity: Entity coreWeaveOrganizationId: String }
type Role { id: ID! name: String }

type Project {
  id: ID!
  internalId: ID
  name: String!
  entity: Entity!
  entityName: String
  description: String
  access: String
  views: JSONString
  readOnly: Boolean
  isBenchmark: Boolean
  createdAt: DateTime
  updatedAt: DateTime
  user: User
  tags: TagConnection
  run(name: String): Run
  bucket(name: String, missingOk: Boolean): Run
  runCount(filters: JSONString): Int
  runs(filters: JSONString, order: String, after: String, first: Int): RunConnection
  sweep(sweepName: String!): Sweep
  totalSweeps: Int
  sweeps(filters: JSONString, after: String, first: Int): SweepConnection
  artifact(name: String!): Artifact
  artifactType(name: String!): ArtifactType
  artifactTypes(after: String, first: Int, includeAll: Boolean): ArtifactTypeConnection
  artifactCollection(name: String!): ArtifactCollection
  artifactCollections(after: String, first: Int, filters: JSONString, order: String): ArtifactCollectionConnection
  artifactCollectionMembership(name: String!): ArtifactCollectionMembership
}
type ProjectConnection { edges: [ProjectEdge!]! pageInfo: PageInfo! totalCount: Int }
type ProjectEdge { node: Project cursor: String! }
type ProjectMember { id: ID! name: String }
type ProjectTeamMember { id: ID! name: String }
type Tag { id: ID! name: String! }
type TagConnection { edges: [TagEdge!]! }
type TagEdge { node: Tag }
type ClientIDMapping { serverID: ID }

type SuccessPayload { success: Boolean clientMutationId: String }
input UpsertModelInput {
  id: String
  name: String
  entityName: String
  description: String
  access: String
  framework: String
  views: JSONString
  clientMutationId: String
}
type UpsertModelPayload { model: Project project: Project inserted: Boolean clientMutationId: String }
`;
