// The schema of Zeitwork's one database. drizzle-kit generates migrations/ from this file; Go applies the same files.
//
// Conventions: ids are UUIDv7 made by the application, never by the database. States are text with a CHECK. Times are
// timestamptz. Sizes end in _bytes, processor shares in _millis (thousandths of a core). Values that must not be read
// from a dump end in _sealed (AES-256-GCM, under a key of keysets) or _hash (SHA-256).
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  cidr,
  customType,
  index,
  inet,
  integer,
  interval,
  jsonb,
  pgTable,
  pgView,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
  type AnyPgColumn,
} from "drizzle-orm/pg-core";

const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });
const time = (name: string) => timestamp(name, { withTimezone: true });
const createdAt = () => time("created_at").notNull().defaultNow();
const id = () => uuid("id").primaryKey();

export const users = pgTable(
  "users",
  {
    id: id(),
    email: text("email").notNull().unique(),
    // Since when the address is known to be the user's: an invitation to it counts for nobody else. Null: nobody has shown that.
    emailVerifiedAt: time("email_verified_at"),
    name: text("name").notNull(),
    // Runs the platform. It gives no right in any organisation.
    operator: boolean("operator").notNull().default(false),
    // The account at GitHub, which keeps its id when it is renamed. Null: none is tied to the user.
    githubId: bigint("github_id", { mode: "number" }),
    githubLogin: text("github_login"),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex("users_github_id").on(t.githubId),
    // GitHub takes no two logins that differ in case alone.
    uniqueIndex("users_github_login").on(sql`lower(${t.githubLogin})`),
  ],
);

export const organisations = pgTable("organisations", {
  id: id(),
  slug: text("slug").notNull().unique(),
  name: text("name").notNull(),
  createdAt: createdAt(),
  // A deleted organisation has no members. Its row stays, so that nobody else gets its slug and its audit events keep their place.
  deletedAt: time("deleted_at"),
});

export const organisationMembers = pgTable(
  "organisation_members",
  {
    organisationId: uuid("organisation_id").notNull().references(() => organisations.id, { onDelete: "cascade" }),
    userId: uuid("user_id").notNull().references(() => users.id, { onDelete: "cascade" }),
    role: text("role").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.organisationId, t.userId] }),
    index("organisation_members_user").on(t.userId),
    check("organisation_members_role", sql`${t.role} in ('owner', 'developer', 'viewer')`),
  ],
);

// An invitation to an organisation, which only the account that it names can take: the one with that verified address, or with that GitHub login.
export const invitations = pgTable(
  "invitations",
  {
    id: id(),
    organisationId: uuid("organisation_id").notNull().references(() => organisations.id, { onDelete: "cascade" }),
    // In lower case, as is the login.
    email: text("email"),
    githubLogin: text("github_login"),
    role: text("role").notNull(),
    invitedBy: uuid("invited_by").references(() => users.id, { onDelete: "set null" }),
    createdAt: createdAt(),
    expiresAt: time("expires_at").notNull(),
    acceptedAt: time("accepted_at"),
    revokedAt: time("revoked_at"),
  },
  (t) => [
    index("invitations_organisation").on(t.organisationId, t.id),
    index("invitations_invited_by").on(t.invitedBy),
    // Those that somebody may take.
    index("invitations_email").on(t.email).where(sql`${t.acceptedAt} is null and ${t.revokedAt} is null`),
    index("invitations_github_login").on(t.githubLogin).where(sql`${t.acceptedAt} is null and ${t.revokedAt} is null`),
    check("invitations_role", sql`${t.role} in ('owner', 'developer', 'viewer')`),
    check("invitations_account", sql`(${t.email} is null) <> (${t.githubLogin} is null)`),
  ],
);

// What operators have set of what an organisation may use at most; the row without an organisation is for all that have no number of their own.
// organisation_limits says what holds in the end. Null: not set.
export const quotas = pgTable(
  "quotas",
  {
    id: id(),
    organisationId: uuid("organisation_id").unique().references(() => organisations.id, { onDelete: "cascade" }),
    // Deployments that are fetched, built and pushed at once.
    builds: integer("builds"),
    updatedAt: time("updated_at").notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex("quotas_platform").on(sql`(${t.organisationId} is null)`).where(sql`${t.organisationId} is null`),
    check("quotas_builds", sql`${t.builds} between 0 and 10000`),
  ],
);

export const projects = pgTable(
  "projects",
  {
    id: id(),
    organisationId: uuid("organisation_id").notNull().references(() => organisations.id),
    name: text("name").notNull(),
    // First label of the generated domain, unique in the whole platform.
    slug: text("slug").notNull(),
    repositoryUrl: text("repository_url").notNull(),
    branch: text("branch").notNull().default("main"),
    // Where the app stands inside the repository; empty for the top.
    rootDirectory: text("root_directory").notNull().default(""),
    // Relative to the root directory.
    dockerfilePath: text("dockerfile_path").notNull().default("Dockerfile"),
    // The stage of the Dockerfile that becomes the image; empty for the last one.
    dockerfileTarget: text("dockerfile_target").notNull().default(""),
    // Null: taken from the build plan.
    port: integer("port"),
    healthPath: text("health_path"),
    // How long an app may take until it is healthy, and how long to end after SIGTERM. Null: what the platform gives.
    startSeconds: integer("start_seconds"),
    graceSeconds: integer("grace_seconds"),
    // Run once a deployment, by a shell in the image, before anything of the deployment serves. Null: nothing is.
    releaseCommand: text("release_command"),
    // Names of the environment variables that the build command gets, as secrets.
    buildVariables: text("build_variables").array().notNull().default(sql`'{}'`),
    instances: integer("instances").notNull().default(1),
    cpuMillis: integer("cpu_millis").notNull().default(1000),
    memoryBytes: bigint("memory_bytes", { mode: "number" }).notNull().default(536870912),
    // Whether a push to the branch becomes a deployment.
    autoDeploy: boolean("auto_deploy").notNull().default(true),
    // off: the branch alone is deployed; branches: every other branch gets an environment of its own with its next push.
    previews: text("previews").notNull().default("off"),
    // How long a preview stays behind the last push to its branch.
    previewDays: integer("preview_days").notNull().default(14),
    // As in environments, for the version before; production's environment is what counts.
    lastSeenCommit: text("last_seen_commit"),
    lastSeenAt: time("last_seen_at"),
    // When the repository was last looked at, and why that failed or what could not be done about what was seen.
    polledAt: time("polled_at"),
    pollError: text("poll_error"),
    // The pin of production's environment, kept alike by triggers for the version before.
    pinnedById: uuid("pinned_by_id").references((): AnyPgColumn => deployments.id, { onDelete: "set null" }),
    // Since when the live deployment of production may have another number of VMs than instances. Null: it has that many.
    instancesChangedAt: time("instances_changed_at"),
    createdAt: createdAt(),
    deletedAt: time("deleted_at"),
  },
  (t) => [
    uniqueIndex("projects_slug").on(t.slug).where(sql`${t.deletedAt} is null`),
    index("projects_organisation").on(t.organisationId, t.id),
    index("projects_pinned").on(t.pinnedById).where(sql`${t.pinnedById} is not null`),
    index("projects_deleted").on(t.id).where(sql`${t.deletedAt} is not null`),
    index("projects_instances_changed").on(t.id).where(sql`${t.instancesChangedAt} is not null`),
    index("projects_due").on(t.polledAt).where(sql`${t.deletedAt} is null and (${t.autoDeploy} or ${t.previews} <> 'off')`),
    check("projects_previews", sql`${t.previews} in ('off', 'branches')`),
    check("projects_preview_days", sql`${t.previewDays} between 1 and 365`),
    check("projects_start_seconds", sql`${t.startSeconds} between 1 and 1800`),
    check("projects_grace_seconds", sql`${t.graceSeconds} between 1 and 300`),
    check("projects_port", sql`${t.port} between 1 and 65535`),
    check("projects_instances", sql`${t.instances} between 1 and 100`),
    check("projects_cpu_millis", sql`${t.cpuMillis} between 50 and 64000`),
    check("projects_memory_bytes", sql`${t.memoryBytes} between 33554432 and 274877906944`),
  ],
);

// Where deployments of a project go: its production, whose id is the project's own, and previews of other branches. Triggers, written by hand in
// the migration that made this table, make the production of a new project and have it follow the project's branch.
export const environments = pgTable(
  "environments",
  {
    id: id(),
    projectId: uuid("project_id").notNull().references(() => projects.id, { onDelete: "cascade" }),
    kind: text("kind").notNull(),
    // production, or what the branch of a preview makes of itself in a hostname; unique in the project among those that are not deleted.
    slug: text("slug").notNull(),
    branch: text("branch").notNull(),
    // For previews of pull requests.
    pullRequestNumber: integer("pull_request_number"),
    // The rollback that pins the environment: while it is set, pushes are built and wait. Null: not pinned.
    pinnedById: uuid("pinned_by_id").references((): AnyPgColumn => deployments.id, { onDelete: "set null" }),
    // What the branch pointed at when the repository was last looked at, and since when it has.
    lastSeenCommit: text("last_seen_commit"),
    lastSeenAt: time("last_seen_at"),
    // When a preview ends, unless its branch is pushed to before. Null: never.
    expiresAt: time("expires_at"),
    createdAt: createdAt(),
    deletedAt: time("deleted_at"),
  },
  (t) => [
    index("environments_project").on(t.projectId, t.id),
    uniqueIndex("environments_production").on(t.projectId).where(sql`${t.kind} = 'production'`),
    uniqueIndex("environments_preview").on(t.projectId, t.branch).where(sql`${t.kind} = 'preview' and ${t.deletedAt} is null`),
    uniqueIndex("environments_slug").on(t.projectId, t.slug).where(sql`${t.deletedAt} is null`),
    index("environments_pinned").on(t.pinnedById).where(sql`${t.pinnedById} is not null`),
    index("environments_expires").on(t.expiresAt).where(sql`${t.expiresAt} is not null and ${t.deletedAt} is null`),
    // What reconcile looks through: previews come and go, and are kept for a while.
    index("environments_deleted").on(t.deletedAt).where(sql`${t.deletedAt} is not null`),
    check("environments_kind", sql`${t.kind} in ('production', 'preview')`),
    check("environments_production_id", sql`(${t.kind} = 'production') = (${t.id} = ${t.projectId})`),
  ],
);

// What the branches of a repository pointed at when it was last looked at, of projects with previews: a branch gets its preview when this changes.
export const branches = pgTable(
  "branches",
  {
    projectId: uuid("project_id").notNull().references(() => projects.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    commitSha: text("commit_sha").notNull(),
  },
  (t) => [primaryKey({ columns: [t.projectId, t.name] })],
);

export const environmentVariables = pgTable(
  "environment_variables",
  {
    id: id(),
    projectId: uuid("project_id").notNull().references(() => projects.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    // The environments that get the value. One for production or for previews wins over one for all.
    scope: text("scope").notNull().default("all"),
    valueSealed: bytea("value_sealed").notNull(),
    createdAt: createdAt(),
    updatedAt: time("updated_at").notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex("environment_variables_name_scope").on(t.projectId, t.name, t.scope),
    check("environment_variables_scope", sql`${t.scope} in ('all', 'production', 'preview')`),
  ],
);

export const images = pgTable(
  "images",
  {
    id: id(),
    projectId: uuid("project_id").notNull().references(() => projects.id),
    // Path in the registry, without host and digest.
    repository: text("repository").notNull(),
    digest: text("digest").notNull(),
    sizeBytes: bigint("size_bytes", { mode: "number" }).notNull(),
    createdAt: createdAt(),
    // When it was taken out of the registry because nothing may be rolled back to it any more.
    collectedAt: time("collected_at"),
  },
  (t) => [uniqueIndex("images_digest").on(t.projectId, t.digest)],
);

export const deployments = pgTable(
  "deployments",
  {
    id: id(),
    projectId: uuid("project_id").notNull().references(() => projects.id),
    // A trigger fills production in where the version before leaves it out.
    environmentId: uuid("environment_id").notNull().references((): AnyPgColumn => environments.id),
    // queued → deploying → live | failed | cancelled | superseded; live → retired.
    state: text("state").notNull().default("queued"),
    // The step that the chain stands at; the last one of the chain once it has ended.
    step: text("step").notNull(),
    trigger: text("trigger").notNull(),
    // For redeploy, rollback and promote: the deployment that this one repeats.
    originId: uuid("origin_id").references((): AnyPgColumn => deployments.id),
    branch: text("branch").notNull(),
    // Full commit hash; null until the clone step has resolved the branch.
    commitSha: text("commit_sha"),
    commitMessage: text("commit_message"),
    commitAuthor: text("commit_author"),
    // Digest of the source artifact in the registry.
    sourceDigest: text("source_digest"),
    buildPlan: jsonb("build_plan"),
    // What the build step uploaded; the images row is written by push.
    imageDigest: text("image_digest"),
    imageId: uuid("image_id").references(() => images.id),
    // Sealed JSON object: the environment variables as they were when the deployment was created.
    environmentSealed: bytea("environment_sealed").notNull(),
    errorCode: text("error_code"),
    errorMessage: text("error_message"),
    // Version of the route table that the flip made.
    routeVersion: bigint("route_version", { mode: "number" }),
    // Null when the platform itself created it (a push that was polled).
    createdBy: uuid("created_by").references(() => users.id),
    createdAt: createdAt(),
    startedAt: time("started_at"),
    // Since when the deployment, whose image is built, waits until its environment is unpinned. Null: it does not wait for that.
    heldAt: time("held_at"),
    // Since when the queued deployment waits, without a job, until its organisation may build one more. Null: it does not wait for that.
    awaitsBuildSince: time("awaits_build_since"),
    endedAt: time("ended_at"),
    retiredAt: time("retired_at"),
    // For deployments that have ended: until when their VMs run on. Retired ones are kept warm for a rollback. Null: none is to run.
    warmUntil: time("warm_until"),
  },
  (t) => [
    index("deployments_project").on(t.projectId, t.id),
    index("deployments_environment").on(t.environmentId, t.id),
    index("deployments_current").on(t.environmentId).where(sql`${t.state} in ('queued', 'deploying', 'live')`),
    // What reconcile looks through: deployments that are on their way, and those that have ended and still have VMs that are to run.
    index("deployments_unfinished").on(t.id).where(sql`${t.state} in ('queued', 'deploying')`),
    index("deployments_awaiting_build").on(t.id).where(sql`${t.awaitsBuildSince} is not null and ${t.state} = 'queued'`),
    index("deployments_warm").on(t.warmUntil).where(sql`${t.warmUntil} is not null`),
    // Of an environment one deployment is live.
    uniqueIndex("deployments_live_in").on(t.environmentId).where(sql`${t.state} = 'live'`),
    // Releases of an environment, newest first, and who uses an image.
    index("deployments_released_in").on(t.environmentId, t.routeVersion).where(sql`${t.routeVersion} is not null`),
    index("deployments_image").on(t.imageId).where(sql`${t.imageId} is not null`),
    index("deployments_origin").on(t.originId).where(sql`${t.originId} is not null`),
    index("deployments_commit").on(t.projectId, t.commitSha),
    check(
      "deployments_state",
      sql`${t.state} in ('queued', 'deploying', 'live', 'failed', 'cancelled', 'superseded', 'retired')`,
    ),
    check(
      "deployments_step",
      sql`${t.step} in ('clone', 'detect', 'build', 'push', 'release', 'schedule', 'health_check', 'flip_route')`,
    ),
    check("deployments_trigger", sql`${t.trigger} in ('push', 'manual', 'redeploy', 'rollback', 'promote')`),
  ],
);

// The timeline: one row an attempt of a step.
export const deploymentSteps = pgTable(
  "deployment_steps",
  {
    id: id(),
    deploymentId: uuid("deployment_id").notNull().references(() => deployments.id, { onDelete: "cascade" }),
    step: text("step").notNull(),
    attempt: integer("attempt").notNull(),
    state: text("state").notNull().default("running"),
    worker: text("worker").notNull(),
    // A sentence for the user while the step waits ("waiting because the registry does not answer").
    waitingFor: text("waiting_for"),
    error: text("error"),
    startedAt: time("started_at").notNull().defaultNow(),
    endedAt: time("ended_at"),
  },
  (t) => [
    uniqueIndex("deployment_steps_attempt").on(t.deploymentId, t.step, t.attempt),
    // held: the step waits, without a worker, until the environment is unpinned.
    check("deployment_steps_state", sql`${t.state} in ('running', 'succeeded', 'failed', 'retrying', 'cancelled', 'held')`),
  ],
);

export const buildLogs = pgTable(
  "build_logs",
  {
    // Order of the lines, and the SSE event id. Writers of one deployment take turns (advisory lock), so it only grows.
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    deploymentId: uuid("deployment_id").notNull().references(() => deployments.id, { onDelete: "cascade" }),
    step: text("step").notNull(),
    stream: text("stream").notNull(),
    line: text("line").notNull(),
    loggedAt: time("logged_at").notNull(),
  },
  (t) => [
    index("build_logs_deployment").on(t.deploymentId, t.id),
    check("build_logs_stream", sql`${t.stream} in ('stdout', 'stderr', 'system')`),
  ],
);

export const nodes = pgTable(
  "nodes",
  {
    id: id(),
    name: text("name").notNull().unique(),
    region: text("region").notNull(),
    // The node's part of the cluster's address range.
    prefix: cidr("prefix").notNull().unique(),
    state: text("state").notNull().default("ready"),
    // Capacity as the agent reports it; 0 until its first report.
    cpuMillis: integer("cpu_millis").notNull().default(0),
    memoryBytes: bigint("memory_bytes", { mode: "number" }).notNull().default(0),
    runtime: text("runtime").notNull().default(""),
    version: text("version").notNull().default(""),
    // What its agent can do beyond running apps, as it says when it asks for its VMs: release.
    capabilities: text("capabilities").array().notNull().default(sql`'{}'`),
    lastSeenAt: time("last_seen_at"),
    createdAt: createdAt(),
  },
  (t) => [check("nodes_state", sql`${t.state} in ('ready', 'draining')`)],
);

export const vms = pgTable(
  "vms",
  {
    id: id(),
    deploymentId: uuid("deployment_id").notNull().references(() => deployments.id),
    nodeId: uuid("node_id").notNull().references(() => nodes.id),
    // app: serves until it is stopped; release: runs its command once, and gets no requests.
    kind: text("kind").notNull().default("app"),
    // Run instead of the image's own command. Null: that one.
    command: text("command").array(),
    ip: inet("ip").notNull(),
    // 0 for a release command.
    port: integer("port").notNull(),
    cpuMillis: integer("cpu_millis").notNull(),
    memoryBytes: bigint("memory_bytes", { mode: "number" }).notNull(),
    // Null: any answer below 500 on / is healthy; a path: 2xx or 3xx on it.
    healthPath: text("health_path"),
    // What the platform wants: running, running without new requests, or stopped and removed.
    desiredState: text("desired_state").notNull().default("running"),
    // What the node reports.
    state: text("state").notNull().default("pending"),
    message: text("message"),
    exitCode: integer("exit_code"),
    restarts: integer("restarts").notNull().default(0),
    // When the node first reported that it ran.
    startedAt: time("started_at"),
    healthyAt: time("healthy_at"),
    // How long the VM has taken to start, and from then on how long it has been without health, as its node has told: time in
    // which the node or the api was away is not in them.
    startingFor: interval("starting_for").notNull().default(sql`'0'`),
    unhealthyFor: interval("unhealthy_for").notNull().default(sql`'0'`),
    createdAt: createdAt(),
    // When the node reported that nothing of the VM is left.
    removedAt: time("removed_at"),
    // When the address may be allotted again; null while it may not.
    ipReleasedAt: time("ip_released_at"),
    // The VM that this one takes the place of: that one leaves once this one is healthy.
    replacesId: uuid("replaces_id").references((): AnyPgColumn => vms.id, { onDelete: "set null" }),
  },
  (t) => [
    uniqueIndex("vms_ip").on(t.ip).where(sql`${t.ipReleasedAt} is null`),
    index("vms_node").on(t.nodeId).where(sql`${t.removedAt} is null`),
    // The addresses of a node that are not free.
    index("vms_held").on(t.nodeId).where(sql`${t.ipReleasedAt} is null`),
    // Addresses that rest until no edge can route to them.
    index("vms_resting").on(t.removedAt).where(sql`${t.ipReleasedAt} is null and ${t.removedAt} is not null`),
    // What reconcile looks through: VMs that are not as a live deployment's should be.
    index("vms_failed").on(t.deploymentId).where(sql`${t.state} = 'failed' and ${t.removedAt} is null`),
    index("vms_draining").on(t.deploymentId).where(sql`${t.desiredState} = 'draining' and ${t.removedAt} is null`),
    // What will give its room back.
    index("vms_stopping").on(t.nodeId).where(sql`${t.desiredState} = 'stopped' and ${t.removedAt} is null`),
    index("vms_deployment").on(t.deploymentId),
    index("vms_replaces").on(t.replacesId),
    // A release command is run once, whatever dies.
    uniqueIndex("vms_release").on(t.deploymentId).where(sql`${t.kind} = 'release'`),
    check("vms_kind", sql`${t.kind} in ('app', 'release')`),
    check("vms_desired_state", sql`${t.desiredState} in ('running', 'draining', 'stopped')`),
    check(
      "vms_state",
      sql`${t.state} in ('pending', 'pulling', 'starting', 'running', 'healthy', 'unhealthy', 'crashed', 'exited', 'stopping', 'removed', 'failed')`,
    ),
  ],
);

export const runtimeLogs = pgTable(
  "runtime_logs",
  {
    // Order of the lines, and the SSE event id. Writers of one deployment take turns (advisory lock), so it only grows.
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    deploymentId: uuid("deployment_id").notNull().references(() => deployments.id, { onDelete: "cascade" }),
    vmId: uuid("vm_id").notNull().references(() => vms.id, { onDelete: "cascade" }),
    // Counted by the VM's logger, so that a line that is shipped twice is stored once.
    sequence: bigint("sequence", { mode: "number" }).notNull(),
    stream: text("stream").notNull(),
    line: text("line").notNull(),
    loggedAt: time("logged_at").notNull(),
  },
  (t) => [
    uniqueIndex("runtime_logs_sequence").on(t.vmId, t.sequence),
    index("runtime_logs_deployment").on(t.deploymentId, t.id),
    check("runtime_logs_stream", sql`${t.stream} in ('stdout', 'stderr', 'system')`),
  ],
);

export const domains = pgTable(
  "domains",
  {
    id: id(),
    projectId: uuid("project_id").notNull().references(() => projects.id, { onDelete: "cascade" }),
    // Lower case, no port, no trailing dot.
    hostname: text("hostname").notNull().unique(),
    // A trigger fills production in where the version before leaves it out, and another one refuses the deployment of another environment.
    environmentId: uuid("environment_id").notNull().references(() => environments.id, { onDelete: "cascade" }),
    // generated: of an environment; custom: a user's own; deployment: of one deployment, for as long as its image is kept.
    kind: text("kind").notNull(),
    // The deployment that answers on it; set by flip_route, null until the first flip.
    deploymentId: uuid("deployment_id").references(() => deployments.id, { onDelete: "cascade" }),
    createdAt: createdAt(),
  },
  (t) => [
    index("domains_project").on(t.projectId),
    index("domains_environment").on(t.environmentId),
    // What lists of projects show, however many domains of their own the projects have.
    uniqueIndex("domains_generated_for").on(t.environmentId).where(sql`${t.kind} = 'generated'`),
    index("domains_deployment").on(t.deploymentId),
    check("domains_kind", sql`${t.kind} in ('generated', 'custom', 'deployment')`),
  ],
);

// The timeline of a project beside its deployments: instances that were added, stopped or replaced, pins, and previews. The messages are for users.
export const projectEvents = pgTable(
  "project_events",
  {
    id: id(),
    projectId: uuid("project_id").notNull().references(() => projects.id, { onDelete: "cascade" }),
    // The deployment that it happened to, where there is one.
    deploymentId: uuid("deployment_id").references(() => deployments.id, { onDelete: "cascade" }),
    kind: text("kind").notNull(),
    message: text("message").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    index("project_events_project").on(t.projectId, t.id),
    index("project_events_deployment").on(t.deploymentId),
    check("project_events_kind", sql`${t.kind} in ('instances', 'replaced', 'pinned', 'unpinned', 'preview')`),
  ],
);

// Address ranges of nodes that were deleted. They rest, as the addresses of removed VMs do: an edge may still route to them.
export const restingPrefixes = pgTable("resting_prefixes", {
  prefix: cidr("prefix").primaryKey(),
  releasedAt: time("released_at").notNull().defaultNow(),
});

export const edges = pgTable("edges", {
  id: id(),
  name: text("name").notNull().unique(),
  region: text("region").notNull(),
  // Version of the route table that the edge serves from.
  acknowledgedVersion: bigint("acknowledged_version", { mode: "number" }).notNull().default(0),
  lastSeenAt: time("last_seen_at"),
  createdAt: createdAt(),
});

// One row: counts the changes of the route table.
export const routeTable = pgTable(
  "route_table",
  {
    id: integer("id").primaryKey(),
    version: bigint("version", { mode: "number" }).notNull(),
  },
  (t) => [check("route_table_one_row", sql`${t.id} = 1`)],
);

// One row: since when nodes and edges can reach an api. Their silence means nothing while none answers.
export const controlPlane = pgTable(
  "control_plane",
  {
    id: integer("id").primaryKey(),
    answeringSince: time("answering_since").notNull(),
    // Moved on every few seconds by every api that answers.
    answeredAt: time("answered_at").notNull(),
  },
  (t) => [check("control_plane_one_row", sql`${t.id} = 1`)],
);

// One row: the keys that seal values, which the operator's key (ZEITWORK_SECRET_KEY) seals.
export const keysets = pgTable(
  "keysets",
  {
    id: integer("id").primaryKey(),
    keysetSealed: bytea("keyset_sealed").notNull(),
    // Counts the keys that have been primary.
    version: bigint("version", { mode: "number" }).notNull(),
    createdAt: createdAt(),
    // When all values had been sealed anew under the primary key. Null: a rotation is under way.
    resealedAt: time("resealed_at"),
  },
  (t) => [check("keysets_one_row", sql`${t.id} = 1`)],
);

export const apiTokens = pgTable(
  "api_tokens",
  {
    id: id(),
    kind: text("kind").notNull(),
    name: text("name").notNull(),
    tokenHash: bytea("token_hash").notNull().unique(),
    userId: uuid("user_id").references(() => users.id, { onDelete: "cascade" }),
    nodeId: uuid("node_id").references(() => nodes.id, { onDelete: "cascade" }),
    edgeId: uuid("edge_id").references(() => edges.id, { onDelete: "cascade" }),
    // For tokens of an organisation, which a user made: what they may do there at the most.
    organisationId: uuid("organisation_id").references(() => organisations.id, { onDelete: "cascade" }),
    role: text("role"),
    // The token with which this one was made, and with which it is revoked.
    parentId: uuid("parent_id").references((): AnyPgColumn => apiTokens.id, { onDelete: "cascade" }),
    createdAt: createdAt(),
    lastUsedAt: time("last_used_at"),
    expiresAt: time("expires_at"),
    revokedAt: time("revoked_at"),
  },
  (t) => [
    index("api_tokens_user").on(t.userId),
    index("api_tokens_node").on(t.nodeId).where(sql`${t.nodeId} is not null`),
    index("api_tokens_edge").on(t.edgeId).where(sql`${t.edgeId} is not null`),
    index("api_tokens_organisation").on(t.organisationId).where(sql`${t.organisationId} is not null`),
    index("api_tokens_parent").on(t.parentId).where(sql`${t.parentId} is not null`),
    check("api_tokens_role", sql`${t.role} in ('owner', 'developer', 'viewer')`),
    // An api that knows no tokens of organisations takes them for nobody's, since their kind is unknown to it.
    check("api_tokens_scope", sql`(${t.kind} = 'organisation') = (${t.organisationId} is not null and ${t.role} is not null)`),
    check(
      "api_tokens_owner",
      sql`(${t.kind} in ('user', 'organisation') and ${t.userId} is not null and ${t.nodeId} is null and ${t.edgeId} is null)
        or (${t.kind} = 'node' and ${t.nodeId} is not null and ${t.userId} is null and ${t.edgeId} is null)
        or (${t.kind} = 'edge' and ${t.edgeId} is not null and ${t.userId} is null and ${t.nodeId} is null)`,
    ),
  ],
);

export const auditEvents = pgTable(
  "audit_events",
  {
    id: id(),
    organisationId: uuid("organisation_id").references(() => organisations.id),
    userId: uuid("user_id").references(() => users.id),
    // Who did it: a user, a token of an organisation (user_id made it), a node, an edge, or the platform itself, which has no id. Null in rows of
    // the version before, whose actor is the user, or the platform without one.
    actorKind: text("actor_kind"),
    actorId: uuid("actor_id"),
    // The token that the request carried.
    tokenId: uuid("token_id"),
    action: text("action").notNull(),
    subjectType: text("subject_type").notNull(),
    subjectId: uuid("subject_id").notNull(),
    // Names and ids only, never a secret.
    details: jsonb("details").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    index("audit_events_organisation").on(t.organisationId, t.id),
    index("audit_events_subject").on(t.subjectId, t.id),
    check("audit_events_actor_kind", sql`${t.actorKind} in ('user', 'token', 'node', 'edge', 'platform')`),
  ],
);

// Answers of creates that carried an Idempotency-Key, kept for a day.
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    tokenId: uuid("token_id").notNull().references(() => apiTokens.id, { onDelete: "cascade" }),
    key: text("key").notNull(),
    // SHA-256 of method, path and body: the same key with another request is a conflict.
    requestHash: bytea("request_hash").notNull(),
    // The resource that the first request made.
    resourceId: uuid("resource_id"),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.tokenId, t.key] }), index("idempotency_keys_created").on(t.createdAt)],
);

// How long nodes and edges have been silent while an api answered: without an api nobody could hear them. Zero while none answers, and for
// those that have never reported.
const silence = (table: string) => sql.raw(`
  select ${table}.id,
    case when ${table}.last_seen_at is not null and control_plane.answered_at > now() - interval '3 seconds'
      then greatest(least(now() - ${table}.last_seen_at, now() - control_plane.answering_since), interval '0')
      else interval '0'
    end as silent_for
  from ${table} left join control_plane on control_plane.id = 1`);

export const nodeSilence = pgView("node_silence", { id: uuid("id"), silentFor: interval("silent_for") }).as(silence("nodes"));
export const edgeSilence = pgView("edge_silence", { id: uuid("id"), silentFor: interval("silent_for") }).as(silence("edges"));

// What each organisation may use at most: its own number, or else the platform's, or else the one that stands here.
export const organisationLimits = pgView("organisation_limits", { organisationId: uuid("organisation_id"), builds: integer("builds") }).as(sql.raw(`
  select organisations.id as organisation_id, coalesce(own.builds, platform.builds, 2) as builds
  from organisations
  left join quotas as own on own.organisation_id = organisations.id
  left join quotas as platform on platform.organisation_id is null`));
