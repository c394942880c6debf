/** Artifacts and their collections, in the schema that tracking clients speak to. */

/** Part of the schema; `schema.ts` puts the parts together. */
export const artifactSdl = `
enum ArtifactManifestType { FULL INCREMENTAL DISTRIBUTED PATCH }
enum ArtifactStorageLayout { V1 V2 }
enum ArtifactDigestAlgorithm { MANIFEST_MD5 MANIFEST_XXH128 }
enum ArtifactCollectionType { SEQUENCE PORTFOLIO }
enum CompleteMultipartAction { Complete }
union ArtifactCreator = Run | User

type Artifact {
  id: ID!
  artifactSequence: ArtifactSequence
  versionIndex: Int
  artifactType: ArtifactType
  description: String
  metadata: JSONString
  ttlDurationSeconds: Int64
  ttlIsInherited: Boolean
  tags: [Tag!]
  historyStep: Int64
  state: String
  size: Int64
  digest: String
  digestAlgorithm: ArtifactDigestAlgorithm
  commitHash: String
  fileCount: Int
  createdAt: DateTime
  updatedAt: DateTime
  aliases: [ArtifactAlias!]
  currentManifest: ArtifactManifest
  manifest: ArtifactManifest
  createdBy: ArtifactCreator
  usedBy(after: String, first: Int): RunConnection
  artifactMemberships(after: String, first: Int): ArtifactCollectionMembershipConnection
  files(names: [String!], after: String, first: Int): FileConnection
  filesByManifestEntries(
    entries: [ArtifactManifestEntryInput!]
    storageLayout: String
    manifestVersion: String
    storageRegion: String
    after: String
    first: Int
  ): FileConnection
}
input ArtifactManifestEntryInput { name: String digest: String birthArtifactID: ID path: String size: Int64 }
type ArtifactAlias { id: ID! alias: String! artifactCollectionName: String artifactCollection: ArtifactCollection }
type ArtifactManifest { id: ID! file: File digest: String }
type ArtifactType {
  id: ID!
  name: String!
  description: String
  createdAt: DateTime
  artifactCollection(name: String!): ArtifactCollection
  artifactSequence(name: String!): ArtifactCollection
  artifactCollections(after: String, first: Int, filters: JSONString, order: String): ArtifactCollectionConnection
}
type ArtifactTypeConnection { edges: [ArtifactTypeEdge!]! pageInfo: PageInfo! totalCount: Int }
type ArtifactTypeEdge { node: ArtifactType cursor: String }

interface ArtifactCollection {
  id: ID!
  name: String!
  description: String
  state: String
  createdAt: DateTime
  updatedAt: DateTime
  project: Project
  defaultArtifactType: ArtifactType!
  tags(after: String, first: Int): TagConnection
  aliases(after: String, first: Int): ArtifactAliasConnection
  artifacts(after: String, first: Int, order: String, filters: JSONString): VersionedArtifactConnection
  artifactMembership(aliasName: String!): ArtifactCollectionMembership
}
type ArtifactSequence implements ArtifactCollection {
  id: ID!
  name: String!
  description: String
  state: String
  createdAt: DateTime
  updatedAt: DateTime
  project: Project
  defaultArtifactType: ArtifactType!
  tags(after: String, first: Int): TagConnection
  aliases(after: String, first: Int): ArtifactAliasConnection
  artifacts(after: String, first: Int, order: String, filters: JSONString): VersionedArtifactConnection
  artifactMembership(aliasName: String!): ArtifactCollectionMembership
  latestArtifact: Artifact
  digestAlgorithm: ArtifactDigestAlgorithm
}
type ArtifactPortfolio implements ArtifactCollection {
  id: ID!
  name: String!
  description: String
  state: String
  createdAt: DateTime
  updatedAt: DateTime
  project: Project
  defaultArtifactType: ArtifactType!
  tags(after: String, first: Int): TagConnection
  aliases(after: String, first: Int): ArtifactAliasConnection
  artifacts(after: String, first: Int, order: String, filters: JSONString): VersionedArtifactConnection
  artifactMembership(aliasName: String!): ArtifactCollectionMembership
}
type ArtifactAliasConnection { edges: [ArtifactAliasEdge!]! pageInfo: PageInfo! }
type ArtifactAliasEdge { node: ArtifactAlias cursor: String }
type ArtifactCollectionConnection { edges: [ArtifactCollectionEdge!]! pageInfo: PageInfo! totalCount: Int }
type ArtifactCollectionEdge { node: ArtifactCollection cursor: String }
type ArtifactCollectionMembership {
  id: ID!
  versionIndex: Int
  createdAt: DateTime
  aliases: [ArtifactAlias!]
  artifactCollection: ArtifactCollection
  artifact: Artifact
  files(names: [String!], after: String, first: Int): FileConnection
}
type ArtifactCollectionMembershipConnection { edges: [ArtifactCollectionMembershipEdge!]! pageInfo: PageInfo }
type ArtifactCollectionMembershipEdge { node: ArtifactCollectionMembership cursor: String }
type VersionedArtifactConnection { edges: [VersionedArtifactEdge!]! pageInfo: PageInfo! totalCount: Int }
type VersionedArtifactEdge { version: String node: Artifact cursor: String }
type InputArtifactConnection { edges: [ArtifactEdge!]! pageInfo: PageInfo! totalCount: Int }
type ArtifactConnection { edges: [ArtifactEdge!]! pageInfo: PageInfo! totalCount: Int }
type ArtifactEdge { node: Artifact cursor: String }

input ArtifactAliasInput { artifactCollectionName: String alias: String! entityName: String projectName: String }
input ArtifactCollectionAliasInput {
  artifactCollectionName: String
  alias: String!
  entityName: String
  projectName: String
}
input TagInput { tagName: String! attributes: JSONString tagCategoryName: String }
input UploadPartsInput { partNumber: Int! hexMD5: String! }

input CreateArtifactInput {
  entityName: String
  projectName: String
  runName: String
  artifactTypeName: String
  artifactCollectionName: String
  artifactCollectionNames: [String!]
  digest: String
  digestAlgorithm: ArtifactDigestAlgorithm
  description: String
  metadata: JSONString
  aliases: [ArtifactAliasInput!]
  tags: [TagInput!]
  labels: JSONString
  clientID: ID
  sequenceClientID: ID
  enableDigestDeduplication: Boolean
  distributedID: String
  historyStep: Int64
  ttlDurationSeconds: Int64
  storageRegion: String
  clientMutationId: String
}
type CreateArtifactPayload { artifact: Artifact }
input CreateArtifactManifestInput {
  artifactID: ID!
  baseArtifactID: ID
  name: String
  digest: String
  entityName: String
  projectName: String
  runName: String
  type: ArtifactManifestType
  clientMutationId: String
}
input UpdateArtifactManifestInput {
  artifactManifestID: ID!
  digest: String
  baseArtifactID: ID
  clientMutationId: String
}
type ArtifactManifestPayload { artifactManifest: ArtifactManifest }
input CreateArtifactFileSpecInput {
  artifactID: ID
  artifactManifestID: ID
  name: String!
  md5: String
  digest: String
  mimetype: String
  uploadPartsInput: [UploadPartsInput!]
}
input CreateArtifactFilesInput {
  artifactFiles: [CreateArtifactFileSpecInput!]!
  storageLayout: ArtifactStorageLayout
  storageRegion: String
  clientMutationId: String
}
type CreateArtifactFilesPayload { files: FileConnection }
input CommitArtifactInput { artifactID: ID! clientMutationId: String }
type ArtifactPayload { artifact: Artifact }
input UseArtifactInput {
  entityName: String
  projectName: String
  runName: String
  artifactID: ID!
  usedAs: String
  aliases: [ArtifactAliasInput!]
  artifactEntityName: String
  artifactProjectName: String
  clientMutationId: String
}
input UpdateArtifactInput {
  artifactID: ID!
  description: String
  metadata: JSONString
  ttlDurationSeconds: Int64
  tagsToAdd: [TagInput!]
  tagsToDelete: [TagInput!]
  aliases: [ArtifactAliasInput!]
  labels: JSONString
  clientMutationId: String
}
input DeleteArtifactInput { artifactID: ID! deleteAliases: Boolean clientMutationId: String }
input AddAliasesInput {
  artifactID: ID!
  aliases: [ArtifactCollectionAliasInput!]!
  entityName: String
  projectName: String
  clientMutationId: String
}
input DeleteAliasesInput {
  artifactID: ID!
  aliases: [ArtifactCollectionAliasInput!]!
  entityName: String
  projectName: String
  clientMutationId: String
}
input LinkArtifactInput {
  artifactPortfolioName: String!
  entityName: String
  projectName: String
  aliases: [ArtifactAliasInput!]
  artifactID: ID
  clientID: ID
  artifactPortfolioTypeName: String
  clientMutationId: String
}
type LinkArtifactPayload { versionIndex: Int artifactMembership: ArtifactCollectionMembership }
type UnlinkArtifactPayload { success: Boolean artifactID: ID clientMutationId: String }
input UnlinkArtifactInput { artifactID: ID! artifactPortfolioID: ID! clientMutationId: String }
input UpdateArtifactSequenceInput {
  artifactSequenceID: ID!
  name: String
  description: String
  clientMutationId: String
}
input UpdateArtifactPortfolioInput {
  artifactPortfolioID: ID!
  name: String
  description: String
  clientMutationId: String
}
type ArtifactCollectionPayload { artifactCollection: ArtifactCollection }
`;
