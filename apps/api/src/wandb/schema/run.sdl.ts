/** Runs, sweeps and their agents, in the schema that tracking clients speak to. */

/** Part of the schema; `schema.ts` puts the parts together. */
export const runSdl = `
type Run {
  id: ID!
  projectId: Int
  project: Project
  name: String!
  displayName: String
  description: String
  notes: String
  tags: [String!]
  tagColors: JSON
  state: String
  config: JSONString
  summaryMetrics: JSONString
  systemMetrics: JSONString
  wandbConfig(keys: [String!]): JSONString
  group: String
  jobType: String
  commit: String
  sweepName: String
  sweep: Sweep
  readOnly: Boolean
  user: User
  host: String
  createdAt: DateTime
  updatedAt: DateTime
  heartbeatAt: DateTime
  exitcode: Int
  stopped: Boolean
  shouldStop: Boolean
  failed: Boolean
  running: Boolean
  historyLineCount: Int
  eventsLineCount: Int
  logLineCount: Int
  historyTail: JSONString
  eventsTail: JSONString
  historyKeys: JSON
  history(minStep: Int64, maxStep: Int64, samples: Int): [JSONString!]
  events(samples: Int): [JSONString!]
  sampledHistory(specs: [JSONString!]!): [JSON!]
  parquetHistory(liveKeys: [String!]): ParquetHistory
  logLines(first: Int, last: Int, after: String, useImprovedPagination: Boolean): LogLineConnection
  fileCount: Int
  files(names: [String], pattern: String, after: String, first: Int, upload: Boolean): FileConnection
  inputArtifacts(after: String, first: Int): InputArtifactConnection
  outputArtifacts(after: String, first: Int): ArtifactConnection
}
type RunConnection { edges: [RunEdge!]! pageInfo: PageInfo! totalCount: Int }
type RunEdge { node: Run cursor: String! }
type ParquetHistory { parquetUrls: [String!]! liveData: [JSON!]! }
type LogLineConnection { edges: [LogLineEdge!]! pageInfo: PageInfo! }
type LogLineEdge { node: LogLine cursor: String }
type LogLine { number: Int! line: String! level: String label: String timestamp: DateTime }

type File {
  id: ID!
  name: String
  displayName: String
  url(upload: Boolean): String
  directUrl: String
  uploadUrl: String
  uploadHeaders: [String!]
  uploadMultipartUrls: UploadMultipartUrls
  storagePath: String
  artifact: Artifact
  sizeBytes: Int64
  mimetype: String
  updatedAt: DateTime
  md5: String
  digest: String
}
type UploadMultipartUrls { uploadID: String uploadUrlParts: [UploadUrlPart!] }
type UploadUrlPart { partNumber: Int uploadUrl: String }
type FileConnection { edges: [FileEdge!]! pageInfo: PageInfo! totalCount: Int }
type FileEdge { node: File cursor: String }

type Sweep {
  id: ID!
  name: String!
  displayName: String
  method: String
  state: String!
  description: String
  config: String!
  project: Project
  user: User
  controller: JSONString
  controllerRunName: String
  scheduler: JSONString
  bestLoss: Float
  earlyStopJobRunning: Boolean
  runCount: Int
  runCountExpected: Int
  createdAt: DateTime
  updatedAt: DateTime
  heartbeatAt: DateTime
  runs(after: String, first: Int, last: Int, order: String, filters: JSONString): RunConnection
  priorRuns(after: String, first: Int, order: String): RunConnection
  agents(after: String, first: Int): AgentConnection
  agent(agentName: String!): Agent
}
type SweepConnection { edges: [SweepEdge!]! pageInfo: PageInfo! totalCount: Int }
type SweepEdge { node: Sweep cursor: String! }
type Agent {
  id: ID!
  name: String!
  host: String
  state: String
  totalRuns: Int
  createdAt: DateTime
  heartbeatAt: DateTime
  runs(after: String, before: String, first: Int, last: Int, order: String): RunConnection
}
type AgentConnection { edges: [AgentEdge!]! pageInfo: PageInfo }
type AgentEdge { node: Agent }

enum AlertSeverity { INFO WARN ERROR }

type Mutation {
  upsertBucket(input: UpsertBucketInput!): UpsertBucketPayload
  createRunFiles(input: CreateRunFilesInput!): CreateRunFilesPayload
  markRunFilesUploaded(input: CreateRunFilesInput!): SuccessPayload
  stopRun(input: StopRunInput!): SuccessPayload
  updateRunState(input: UpdateRunStateInput!): SuccessPayload
  deleteRun(input: DeleteRunInput!): SuccessPayload
  rewindRun(input: RewindRunInput!): RewindRunPayload
  deleteFiles(input: DeleteFilesInput!): SuccessPayload
  notifyScriptableRunAlert(input: AlertInput!): SuccessPayload
  upsertModel(input: UpsertModelInput!): UpsertModelPayload
  upsertSweep(input: UpsertSweepInput!): UpsertSweepPayload
  createAgent(input: CreateAgentInput!): CreateAgentPayload
  agentHeartbeat(input: AgentHeartbeatInput!): AgentHeartbeatPayload
  createArtifact(input: CreateArtifactInput!): CreateArtifactPayload
  createArtifactManifest(input: CreateArtifactManifestInput!): ArtifactManifestPayload
  updateArtifactManifest(input: UpdateArtifactManifestInput!): ArtifactManifestPayload
  createArtifactFiles(input: CreateArtifactFilesInput!): CreateArtifactFilesPayload
  commitArtifact(input: CommitArtifactInput!): ArtifactPayload
  useArtifact(input: UseArtifactInput!): ArtifactPayload
  updateArtifact(input: UpdateArtifactInput!): ArtifactPayload
  deleteArtifact(input: DeleteArtifactInput!): ArtifactPayload
  addAliases(input: AddAliasesInput!): SuccessPayload
  deleteAliases(input: DeleteAliasesInput!): SuccessPayload
  linkArtifact(input: LinkArtifactInput!): LinkArtifactPayload
  unlinkArtifact(input: UnlinkArtifactInput!): UnlinkArtifactPayload
  updateArtifactSequence(input: UpdateArtifactSequenceInput!): ArtifactCollectionPayload
  updateArtifactPortfolio(input: UpdateArtifactPortfolioInput!): ArtifactCollectionPayload
}

input UpsertBucketInput {
  id: String
  name: String
  groupName: String
  modelName: String
  entityName: String
  description: String
  displayName: String
  notes: String
  commit: String
  config: JSONString
  host: String
  debug: Boolean
  jobProgram: String
  jobRepo: String
  jobType: String
  state: String
  sweep: String
  tags: [String!]
  summaryMetrics: JSONString
  clientMutationId: String
}
type UpsertBucketPayload {
  bucket: Run
  inserted: Boolean
  serverSettings: ServerSettings
  clientMutationId: String
}
input CreateRunFilesInput {
  entityName: String
  projectName: String
  runName: String
  files: [String!]!
  clientMutationId: String
}
type CreateRunFilesPayload { runID: ID uploadHeaders: [String!]! files: [File!]! }
input StopRunInput { id: ID! clientMutationId: String }
input UpdateRunStateInput { id: ID! state: String! clientMutationId: String }
input DeleteRunInput { id: ID! deleteArtifacts: Boolean clientMutationId: String }
input RewindRunInput {
  runName: String!
  entityName: String
  projectName: String
  metricName: String!
  metricValue: Float!
  clientMutationId: String
}
type RewindRunPayload { rewoundRun: Run }
input DeleteFilesInput { files: [ID!]! entityName: String projectName: String projectId: Int clientMutationId: String }
input AlertInput {
  entityName: String
  projectName: String
  runName: String
  title: String!
  text: String
  severity: AlertSeverity
  waitDuration: Duration
  clientMutationId: String
}
input UpsertSweepInput {
  id: ID
  config: String
  description: String
  displayName: String
  entityName: String
  projectName: String
  controller: JSONString
  scheduler: JSONString
  launchScheduler: JSONString
  templateVariableValues: JSONString
  state: String
  priorRunsFilters: JSONString
  clientMutationId: String
}
type UpsertSweepPayload { sweep: Sweep configValidationWarnings: [String!]! }
input CreateAgentInput { host: String! projectName: String entityName: String sweep: String! clientMutationId: String }
type CreateAgentPayload { agent: Agent }
input AgentHeartbeatInput { id: ID! metrics: JSONString runState: JSONString clientMutationId: String }
type AgentHeartbeatPayload { agent: Agent commands: JSONString }
`;
