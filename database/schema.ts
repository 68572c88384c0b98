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
  doublePrecision,
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
  // Whose personal one it is: made with the user, once. It is like any other for the rest. Null: nobody's in particular.
  personalUserId: uuid("personal_user_id").unique().references(() => users.id, { onDelete: "set null" }),
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
    projects: integer("projects"),
    // Custom domains.
    domains: integer("domains"),
    // What the environments may run at once. Where a deployment takes the place of another one, the larger of the two counts.
    instances: integer("instances"),
    cpuMillis: bigint("cpu_millis", { mode: "number" }),
    memoryBytes: bigint("memory_bytes", { mode: "number" }),
    // What the apps may log, and the members ask of one api process.
    logBytesPerMinute: bigint("log_bytes_per_minute", { mode: "number" }),
    requestsPerMinute: integer("requests_per_minute"),
    updatedAt: time("updated_at").notNull().defaultNow(),
  },
  (t) => [
    uniqueIndex("quotas_platform").on(sql`(${t.organisationId} is null)`).where(sql`${t.organisationId} is null`),
    check("quotas_builds", sql`${t.builds} between 0 and 10000`),
    check("quotas_projects", sql`${t.projects} >= 0`),
    check("quotas_domains", sql`${t.domains} >= 0`),
    check("quotas_instances", sql`${t.instances} >= 0`),
    check("quotas_cpu_millis", sql`${t.cpuMillis} >= 0`),
    check("quotas_memory_bytes", sql`${t.memoryBytes} >= 0`),
    check("quotas_log_bytes_per_minute", sql`${t.logBytesPerMinute} >= 0`),
    check("quotas_requests_per_minute", sql`${t.requestsPerMinute} >= 1`),
  ],
);

// Sealed values of the platform's own, and of projects, beside environment variables: each belongs to one subject, such as a project's deploy key.
export const secrets = pgTable(
  "secrets",
  {
    id: id(),
    // What it is: github_app_client_secret, github_app_private_key, and whatever else a package names.
    kind: text("kind").notNull(),
    // The row that it belongs to.
    subjectId: uuid("subject_id").notNull(),
    // Null: the platform's.
    organisationId: uuid("organisation_id").references(() => organisations.id),
    valueSealed: bytea("value_sealed").notNull(),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex("secrets_subject").on(t.subjectId, t.kind), index("secrets_organisation").on(t.organisationId)],
);

// The platform's GitHub App where it was made from the platform. Its secrets are in secrets. An App that operators configure has no row.
export const githubApps = pgTable(
  "github_apps",
  {
    id: id(),
    // GitHub's id of it, and its name in URLs there.
    appId: bigint("app_id", { mode: "number" }).notNull(),
    slug: text("slug").notNull(),
    clientId: text("client_id").notNull(),
    createdBy: uuid("created_by").references(() => users.id, { onDelete: "set null" }),
    createdAt: createdAt(),
    // When another one took its place, or an operator removed it.
    removedAt: time("removed_at"),
  },
  (t) => [
    uniqueIndex("github_apps_current").on(sql`(${t.removedAt} is null)`).where(sql`${t.removedAt} is null`),
    index("github_apps_created_by").on(t.createdBy),
  ],
);

// Accounts of GitHub that have the App. One belongs to the organisation to which somebody who administers the account has tied it.
export const githubInstallations = pgTable(
  "github_installations",
  {
    id: id(),
    // GitHub's ids of the installation, its App and its account.
    installationId: bigint("installation_id", { mode: "number" }).notNull().unique(),
    appId: bigint("app_id", { mode: "number" }).notNull(),
    accountId: bigint("account_id", { mode: "number" }).notNull(),
    // The account's name, as it was last seen.
    accountLogin: text("account_login").notNull(),
    accountKind: text("account_kind").notNull(),
    // Null: nobody has tied it.
    organisationId: uuid("organisation_id").references(() => organisations.id),
    tiedBy: uuid("tied_by").references(() => users.id, { onDelete: "set null" }),
    tiedAt: time("tied_at"),
    // Whether it has all repositories of the account, those that are made later too.
    hasAll: boolean("has_all").notNull().default(false),
    // What it may do, by GitHub's names: {"contents": "read"}.
    permissions: jsonb("permissions").notNull().default(sql`'{}'`),
    // The page on GitHub where the account changes it.
    settingsUrl: text("settings_url").notNull().default(""),
    suspendedAt: time("suspended_at"),
    removedAt: time("removed_at"),
    // When GitHub was last asked about it.
    checkedAt: time("checked_at"),
    // Polling: when it was last looked at, and is to be looked at again; null: at once. A worker that looks at it puts the latter off.
    polledAt: time("polled_at"),
    pollDueAt: time("poll_due_at"),
    // When all of its repositories are to be looked at, whether GitHub has told of a push or not; null: at once.
    sweepDueAt: time("sweep_due_at"),
    // The newest push that GitHub has told of, by GitHub's clock, and when that was noticed, by ours.
    pushedThrough: time("pushed_through"),
    activeAt: time("active_at"),
    // Why it could not be looked at the last time, as a sentence.
    pollError: text("poll_error"),
    createdAt: createdAt(),
  },
  (t) => [
    index("github_installations_due").on(t.pollDueAt),
    index("github_installations_organisation").on(t.organisationId, t.id),
    index("github_installations_tied_by").on(t.tiedBy),
    check("github_installations_account_kind", sql`${t.accountKind} in ('user', 'organization')`),
  ],
);

// Repositories on GitHub that projects of an organisation deploy, each once for the organisation.
export const githubRepositories = pgTable(
  "github_repositories",
  {
    id: id(),
    organisationId: uuid("organisation_id").notNull().references(() => organisations.id),
    // Null: no installation of the organisation has it any more.
    installationId: uuid("installation_id").references(() => githubInstallations.id, { onDelete: "set null" }),
    // GitHub's ids of it, which stay when it is renamed or given to another account.
    repositoryId: bigint("repository_id", { mode: "number" }).notNull(),
    nodeId: text("node_id").notNull(),
    // OWNER/NAME, as it was last seen, like all that follows.
    fullName: text("full_name").notNull(),
    defaultBranch: text("default_branch").notNull().default(""),
    isPrivate: boolean("is_private").notNull().default(true),
    isArchived: boolean("is_archived").notNull().default(false),
    pushedAt: time("pushed_at"),
    // Polling: when it was last looked at, and the newest push that it had then.
    lookedAt: time("looked_at"),
    seenPushedAt: time("seen_pushed_at"),
    // Whether there is nothing to look for until GitHub tells of another push.
    isSettled: boolean("is_settled").notNull().default(false),
    // A hash of what was seen and has been acted upon; empty: act upon whatever is seen.
    seenHash: text("seen_hash").notNull().default(""),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex("github_repositories_repository").on(t.organisationId, t.repositoryId),
    index("github_repositories_installation").on(t.installationId),
    index("github_repositories_node").on(t.nodeId),
    index("github_repositories_unsettled").on(t.installationId).where(sql`not ${t.isSettled}`),
  ],
);

// What the apps of an organisation log: a bucket, which a sixth of what they may log in a minute fills and which runs empty as they may log, and what was put
// into it in the minute that the row names.
export const logUses = pgTable("log_uses", {
  organisationId: uuid("organisation_id").primaryKey().references(() => organisations.id, { onDelete: "cascade" }),
  levelBytes: bigint("level_bytes", { mode: "number" }).notNull(),
  levelAt: time("level_at").notNull(),
  minute: time("minute").notNull(),
  minuteBytes: bigint("minute_bytes", { mode: "number" }).notNull(),
});

// What detection says of a repository before there is a project: asked for by somebody, found out by a worker, and removed after a day.
export const detections = pgTable(
  "detections",
  {
    id: id(),
    organisationId: uuid("organisation_id").notNull().references(() => organisations.id),
    createdBy: uuid("created_by").references(() => users.id, { onDelete: "set null" }),
    state: text("state").notNull().default("queued"),
    repositoryUrl: text("repository_url").notNull(),
    // GitHub's id of the repository, and the installation that has it. Null: repository_url is fetched as it is.
    repositoryId: bigint("repository_id", { mode: "number" }),
    installationId: uuid("installation_id").references(() => githubInstallations.id, { onDelete: "cascade" }),
    branch: text("branch").notNull(),
    rootDirectory: text("root_directory").notNull().default(""),
    dockerfilePath: text("dockerfile_path").notNull().default("Dockerfile"),
    dockerfileTarget: text("dockerfile_target").notNull().default(""),
    // What was found, once the state is succeeded.
    commitSha: text("commit_sha"),
    result: jsonb("result"),
    // Why nothing could be found, once the state is failed.
    errorCode: text("error_code"),
    errorMessage: text("error_message"),
    // What a detection that is not done waits for, as a sentence.
    waitingFor: text("waiting_for"),
    createdAt: createdAt(),
    endedAt: time("ended_at"),
  },
  (t) => [
    index("detections_organisation").on(t.organisationId, t.id),
    index("detections_installation").on(t.installationId),
    index("detections_created_by").on(t.createdBy),
    check("detections_state", sql`${t.state} in ('queued', 'succeeded', 'failed')`),
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
    // The repository on GitHub that the App reaches for the project; repository_url is where people see it. Null: repository_url is fetched as it is.
    githubRepositoryId: uuid("github_repository_id").references((): AnyPgColumn => githubRepositories.id),
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
    // Whether owners may read the values of its environment variables. They can be written and never read otherwise.
    variablesReadable: boolean("variables_readable").notNull().default(false),
    // All regions together.
    instances: integer("instances").notNull().default(1),
    // The regions where its instances run, in the order in which it names them, and how many run in each. Empty: wherever there is room. A trigger
    // empties both where the version before changes instances.
    regions: text("regions").array().notNull().default(sql`'{}'`),
    regionInstances: integer("region_instances").array().notNull().default(sql`'{}'`),
    cpuMillis: integer("cpu_millis").notNull().default(1000),
    memoryBytes: bigint("memory_bytes", { mode: "number" }).notNull().default(536870912),
    // Whether a push to the branch becomes a deployment.
    autoDeploy: boolean("auto_deploy").notNull().default(true),
    // off: the branch alone is deployed; branches: every other branch gets an environment of its own with its next push.
    previews: text("previews").notNull().default("off"),
    // Whether every pull request gets a preview, in the place of branches. previews is off then, which is all that the version before knows.
    pullRequestPreviews: boolean("pull_request_previews").notNull().default(false),
    // Names GitHub's last answer about pull requests of which everything was done. Null: none was.
    pullsTag: text("pulls_tag"),
    // What could not be done about pull requests.
    pullsError: text("pulls_error"),
    // Why GitHub could not be told about a deployment the last time.
    reportError: text("report_error"),
    // How long a preview stays behind the last push to its branch.
    previewDays: integer("preview_days").notNull().default(14),
    // As in environments, for the version before; production's environment is what counts.
    lastSeenCommit: text("last_seen_commit"),
    lastSeenAt: time("last_seen_at"),
    // When the repository was last looked at, and why that failed or what could not be done about what was seen.
    polledAt: time("polled_at"),
    pollError: text("poll_error"),
    // When the repository is to be looked at again, if it is not one of GitHub's; null: at once. When a push to it was last seen.
    pollDueAt: time("poll_due_at"),
    activeAt: time("active_at"),
    // A push that changes no other files than those that match one of these patterns is not deployed.
    ignoredPaths: text("ignored_paths").array().notNull().default(sql`'{}'`),
    // Whether the requests that reach its deployments are kept, in request_logs, which is partitioned and so stands in its migration alone.
    recordRequests: boolean("record_requests").notNull().default(true),
    // The pin of production's environment, kept alike by triggers for the version before.
    pinnedById: uuid("pinned_by_id").references((): AnyPgColumn => deployments.id, { onDelete: "set null" }),
    // Since when the live deployment of production may have another number of VMs than instances, or have them in other regions. Null: it has not.
    instancesChangedAt: time("instances_changed_at"),
    createdAt: createdAt(),
    deletedAt: time("deleted_at"),
    // Until when the deletion can be undone: meanwhile the project's rows, images and repository access stay as they were. Null: the project is not
    // deleted, or is deleted for good.
    keptUntil: time("kept_until"),
  },
  (t) => [
    uniqueIndex("projects_slug").on(t.slug).where(sql`${t.deletedAt} is null`),
    index("projects_organisation").on(t.organisationId, t.id),
    index("projects_pinned").on(t.pinnedById).where(sql`${t.pinnedById} is not null`),
    index("projects_github_repository").on(t.githubRepositoryId).where(sql`${t.githubRepositoryId} is not null`),
    index("projects_deleted").on(t.id).where(sql`${t.deletedAt} is not null`),
    // Those whose deletion can be undone: few, and soon gone.
    index("projects_kept").on(t.keptUntil).where(sql`${t.keptUntil} is not null`),
    index("projects_instances_changed").on(t.id).where(sql`${t.instancesChangedAt} is not null`),
    index("projects_pull_requests").on(t.githubRepositoryId).where(sql`${t.pullRequestPreviews} and ${t.deletedAt} is null`),
    index("projects_due").on(t.polledAt).where(sql`${t.deletedAt} is null and (${t.autoDeploy} or ${t.previews} <> 'off')`),
    index("projects_poll_due").on(t.pollDueAt).where(
      sql`${t.deletedAt} is null and ${t.githubRepositoryId} is null and (${t.autoDeploy} or ${t.previews} <> 'off')`,
    ),
    index("projects_unpolled").on(t.githubRepositoryId).where(sql`${t.polledAt} is null and ${t.githubRepositoryId} is not null and ${t.deletedAt} is null`),
    check("projects_kept_until", sql`${t.keptUntil} is null or ${t.deletedAt} is not null`),
    check("projects_previews", sql`${t.previews} in ('off', 'branches')`),
    check("projects_preview_days", sql`${t.previewDays} between 1 and 365`),
    check("projects_start_seconds", sql`${t.startSeconds} between 1 and 1800`),
    check("projects_grace_seconds", sql`${t.graceSeconds} between 1 and 300`),
    check("projects_port", sql`${t.port} between 1 and 65535`),
    check("projects_instances", sql`${t.instances} between 1 and 100`),
    check("projects_regions", sql`cardinality(${t.regions}) = cardinality(${t.regionInstances})`),
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
    // For previews of pull requests the ref that GitHub keeps for them, refs/pull/NUMBER/head, which no branch there can be called.
    branch: text("branch").notNull(),
    // For previews of pull requests, as is what follows as it was last seen.
    pullRequestNumber: integer("pull_request_number"),
    pullRequestTitle: text("pull_request_title"),
    pullRequestAuthor: text("pull_request_author"),
    // The branch that has the commits, in whichever repository.
    headBranch: text("head_branch"),
    // Whether the commits come from another repository: they get no variables, and each waits for a member's approval. Never unset.
    isFork: boolean("is_fork").notNull().default(false),
    // The commit that waits for an approval, and the one that was approved last.
    awaitingCommit: text("awaiting_commit"),
    approvedCommit: text("approved_commit"),
    approvedBy: uuid("approved_by").references(() => users.id, { onDelete: "set null" }),
    approvedAt: time("approved_at"),
    // Since when the comment on the pull request may differ from what is, or until when writing it has to wait. Null: it is as it should be.
    commentDueAt: time("comment_due_at"),
    // The rollback that pins the environment: while it is set, pushes are built and wait. Null: not pinned.
    pinnedById: uuid("pinned_by_id").references((): AnyPgColumn => deployments.id, { onDelete: "set null" }),
    // What the branch pointed at when the repository was last looked at, and since when it has.
    lastSeenCommit: text("last_seen_commit"),
    lastSeenAt: time("last_seen_at"),
    // When a preview ends, unless its branch is pushed to before. Null: never.
    expiresAt: time("expires_at"),
    // After how many minutes without a request what is live falls asleep: its VMs stop, and the next request starts others. Null: never. Minutes of
    // traffic are kept for a day.
    sleepAfterMinutes: integer("sleep_after_minutes"),
    // Since when it sleeps: its VMs are out of the route table, and stop once no request is under way. Null: it is awake.
    asleepSince: time("asleep_since"),
    // When it was woken last. While asleep_since is set, too, a job is to start its VMs. Null: it was not woken since its last deployment went live.
    wokenAt: time("woken_at"),
    // Why its VMs could not be started when it was woken last: a sentence for members. Null: they could.
    wakeProblem: text("wake_problem"),
    // Whether edges ask the deployment before, while its VMs are kept warm, for assets that the live one does not have.
    skewProtection: boolean("skew_protection").notNull().default(true),
    createdAt: createdAt(),
    deletedAt: time("deleted_at"),
  },
  (t) => [
    index("environments_project").on(t.projectId, t.id),
    uniqueIndex("environments_production").on(t.projectId).where(sql`${t.kind} = 'production'`),
    uniqueIndex("environments_preview").on(t.projectId, t.branch).where(sql`${t.kind} = 'preview' and ${t.deletedAt} is null`),
    uniqueIndex("environments_slug").on(t.projectId, t.slug).where(sql`${t.deletedAt} is null`),
    index("environments_approved_by").on(t.approvedBy).where(sql`${t.approvedBy} is not null`),
    // What reconcile looks through.
    index("environments_comment_due").on(t.commentDueAt).where(sql`${t.commentDueAt} is not null`),
    index("environments_pinned").on(t.pinnedById).where(sql`${t.pinnedById} is not null`),
    index("environments_expires").on(t.expiresAt).where(sql`${t.expiresAt} is not null and ${t.deletedAt} is null`),
    // What reconcile looks through: previews come and go, and are kept for a while.
    index("environments_deleted").on(t.deletedAt).where(sql`${t.deletedAt} is not null`),
    // What reconcile looks through.
    index("environments_sleeping").on(t.id).where(sql`${t.sleepAfterMinutes} is not null and ${t.deletedAt} is null`),
    index("environments_asleep").on(t.id).where(sql`${t.asleepSince} is not null`),
    check("environments_sleep_after", sql`${t.sleepAfterMinutes} between 1 and 720`),
    check("environments_kind", sql`${t.kind} in ('production', 'preview')`),
    check("environments_production_id", sql`(${t.kind} = 'production') = (${t.id} = ${t.projectId})`),
  ],
);

// What the branches of a repository pointed at when it was last looked at, of projects with previews: a branch gets its preview when this changes.
// So do the pull requests of GitHub, which stand here by their refs.
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
    // For redeploy, rollback, promote and restore: the deployment that this one repeats.
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
    // Address of the builder that the build step last began on; null before it did.
    builder: text("builder"),
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
    // Since when the deployment waits, without a job, until its organisation has as many instances, processors or memory left as it needs. Null: it
    // does not wait for that.
    awaitsQuotaSince: time("awaits_quota_since"),
    endedAt: time("ended_at"),
    retiredAt: time("retired_at"),
    // The state that GitHub was last told of; empty before it was told anything. Null: it is told nothing, since the repository is not there.
    githubReported: text("github_reported"),
    // GitHub's id of its own deployment.
    githubDeploymentId: bigint("github_deployment_id", { mode: "number" }),
    // For deployments that have ended: until when their VMs run on. Retired ones are kept warm for a rollback. Null: none is to run.
    warmUntil: time("warm_until"),
  },
  (t) => [
    index("deployments_project").on(t.projectId, t.id),
    index("deployments_environment").on(t.environmentId, t.id),
    index("deployments_current").on(t.environmentId).where(sql`${t.state} in ('queued', 'deploying', 'live')`),
    // What reconcile looks through: deployments that are on their way, and those that have ended and still have VMs that are to run.
    index("deployments_unfinished").on(t.id).where(sql`${t.state} in ('queued', 'deploying')`),
    // Those of which GitHub is to be told something.
    index("deployments_unreported").on(t.id).where(sql`${t.githubReported} <> ${t.state} and ${t.commitSha} is not null`),
    index("deployments_awaiting_build").on(t.id).where(sql`${t.awaitsBuildSince} is not null and ${t.state} = 'queued'`),
    index("deployments_awaiting_quota").on(t.id).where(sql`${t.awaitsQuotaSince} is not null and ${t.state} = 'deploying'`),
    index("deployments_warm").on(t.warmUntil).where(sql`${t.warmUntil} is not null`),
    index("deployments_warm_in").on(t.environmentId).where(sql`${t.warmUntil} is not null`),
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
    check("deployments_trigger", sql`${t.trigger} in ('push', 'manual', 'redeploy', 'rollback', 'promote', 'restore')`),
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
    // The line's number in the log of its deployment: 1, 2, 3, without a gap. The trigger build_logs_number_line counts. Null: the line is older than
    // the column, and gets its number when the log is read or grows (number_build_log).
    number: integer("number"),
    // The instruction of the build that wrote the line (build_log_groups). Null: none did.
    groupNumber: integer("group_number"),
    // How many lines should have stood here and were not kept, of which the line tells.
    missing: integer("missing").notNull().default(0),
  },
  (t) => [
    index("build_logs_deployment").on(t.deploymentId, t.id),
    uniqueIndex("build_logs_number").on(t.deploymentId, t.number),
    index("build_logs_missing").on(t.deploymentId, t.number).where(sql`${t.missing} > 0`),
    check("build_logs_stream", sql`${t.stream} in ('stdout', 'stderr', 'system')`),
  ],
);

// The instructions of a deployment's builds, in the order in which they began.
export const buildLogGroups = pgTable(
  "build_log_groups",
  {
    deploymentId: uuid("deployment_id").notNull().references(() => deployments.id, { onDelete: "cascade" }),
    number: integer("number").notNull(),
    // The attempt at the step that ran the instruction.
    attemptId: uuid("attempt_id").notNull(),
    name: text("name").notNull(),
    // running stays where the attempt was cut off.
    state: text("state").notNull(),
    error: text("error"),
    startedAt: time("started_at").notNull(),
    endedAt: time("ended_at"),
  },
  (t) => [
    primaryKey({ columns: [t.deploymentId, t.number] }),
    check("build_log_groups_state", sql`${t.state} in ('running', 'done', 'cached', 'failed', 'cancelled')`),
  ],
);

// Lines of one group that stand together in the log: instructions that run at once take turns.
export const buildLogRuns = pgTable(
  "build_log_runs",
  {
    deploymentId: uuid("deployment_id").notNull().references(() => deployments.id, { onDelete: "cascade" }),
    firstLine: integer("first_line").notNull(),
    lastLine: integer("last_line").notNull(),
    groupNumber: integer("group_number").notNull(),
  },
  (t) => [primaryKey({ columns: [t.deploymentId, t.firstLine] })],
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
    // What the machine has, as the agent reports it; 0 until its first report.
    cpuMillis: integer("cpu_millis").notNull().default(0),
    memoryBytes: bigint("memory_bytes", { mode: "number" }).notNull().default(0),
    // The most that counts of what is reported: set by an operator, else by the first report. Null: none has come.
    maxCPUMillis: integer("max_cpu_millis"),
    maxMemoryBytes: bigint("max_memory_bytes", { mode: "number" }),
    // Memory that stays the host's.
    reservedMemoryBytes: bigint("reserved_memory_bytes", { mode: "number" }).notNull().default(1073741824),
    // How many times each processor is given away.
    cpuOvercommit: doublePrecision("cpu_overcommit").notNull().default(4),
    // What operators call the node by, as an object of strings. Of those the platform knows rack: a deployment's VMs spread over racks.
    labels: jsonb("labels").notNull().default({}),
    runtime: text("runtime").notNull().default(""),
    version: text("version").notNull().default(""),
    // What its agent can do beyond running apps, as it says when it asks for its VMs: release.
    capabilities: text("capabilities").array().notNull().default(sql`'{}'`),
    // What its agent tells of the machine; null where the agent is of a version that does not.
    kernel: text("kernel"),
    os: text("os"),
    containerd: text("containerd"),
    // Another one after each start of the machine.
    bootId: text("boot_id"),
    diskBytes: bigint("disk_bytes", { mode: "number" }),
    diskFreeBytes: bigint("disk_free_bytes", { mode: "number" }),
    agentStartedAt: time("agent_started_at"),
    lastSeenAt: time("last_seen_at"),
    // Why edges cannot reach its VMs, as its agent says, and since when it says so. Null: it does not say so.
    unreachableBecause: text("unreachable_because"),
    unreachableSince: time("unreachable_since"),
    // How many milliseconds its clock is ahead of the platform's; null where it has not told.
    clockAheadMs: integer("clock_ahead_ms"),
    createdAt: createdAt(),
  },
  (t) => [
    // cordoned: gets no new VMs and keeps its own; draining: its own are replaced elsewhere.
    check("nodes_state", sql`${t.state} in ('ready', 'cordoned', 'draining')`),
    check("nodes_max_cpu_millis", sql`${t.maxCPUMillis} > 0`),
    check("nodes_max_memory_bytes", sql`${t.maxMemoryBytes} > 0`),
    check("nodes_reserved_memory_bytes", sql`${t.reservedMemoryBytes} >= 0`),
    check("nodes_cpu_overcommit", sql`${t.cpuOvercommit} between 1 and 100`),
    check("nodes_labels", sql`jsonb_typeof(${t.labels}) = 'object'`),
    check("nodes_unreachable", sql`(${t.unreachableBecause} is null) = (${t.unreachableSince} is null)`),
  ],
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
    // Whether the VM was stopped because its environment fell asleep: while that sleeps the node keeps the image, and the next VM rather goes there.
    slept: boolean("slept").notNull().default(false),
  },
  (t) => [
    uniqueIndex("vms_ip").on(t.ip).where(sql`${t.ipReleasedAt} is null`),
    index("vms_node").on(t.nodeId).where(sql`${t.removedAt} is null`),
    index("vms_slept").on(t.nodeId).where(sql`${t.slept}`),
    // The addresses of a node that are not free.
    index("vms_held").on(t.nodeId).where(sql`${t.ipReleasedAt} is null`),
    // Addresses that rest until no edge can route to them.
    index("vms_resting").on(t.removedAt).where(sql`${t.ipReleasedAt} is null and ${t.removedAt} is not null`),
    // What reconcile looks through: VMs that are not as a live deployment's should be.
    index("vms_failed").on(t.deploymentId).where(sql`${t.state} = 'failed' and ${t.removedAt} is null`),
    index("vms_unhealthy").on(t.deploymentId).where(sql`${t.unhealthyFor} > interval '1 minute' and ${t.removedAt} is null`),
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

// Lines of a VM that were dropped, as its organisation logged more than it may, and of which the log does not tell yet. It tells once a minute.
export const logDrops = pgTable("log_drops", {
  vmId: uuid("vm_id").primaryKey().references(() => vms.id, { onDelete: "cascade" }),
  lines: bigint("lines", { mode: "number" }).notNull(),
  // That of the last line that was dropped: the line that tells of it takes its place.
  sequence: bigint("sequence", { mode: "number" }).notNull(),
  // The minute in which the log last told.
  toldAt: time("told_at").notNull(),
});

export const domains = pgTable(
  "domains",
  {
    id: id(),
    projectId: uuid("project_id").notNull().references(() => projects.id, { onDelete: "cascade" }),
    // Lower case, no port, no trailing dot. A custom one may begin with "*.": it stands for every name of one label more.
    hostname: text("hostname").notNull(),
    // A trigger fills production in where the version before leaves it out, and another one refuses the deployment of another environment.
    environmentId: uuid("environment_id").notNull().references(() => environments.id, { onDelete: "cascade" }),
    // generated: of an environment; custom: a user's own; deployment: of one deployment, for as long as its image is kept.
    kind: text("kind").notNull(),
    // The deployment that answers on it; set by flip_route, null until the first flip. A trigger keeps it null while a custom one is only claimed.
    deploymentId: uuid("deployment_id").references(() => deployments.id, { onDelete: "cascade" }),
    // The columns from here on are for custom ones. When the DNS was found to prove that the hostname is the project's; null: it is only claimed.
    verifiedAt: time("verified_at"),
    // What the DNS has to hold: another one with each claim. A trigger makes one where the version before leaves it out.
    verificationToken: text("verification_token"),
    claimedAt: time("claimed_at").notNull().defaultNow(),
    // Visitors are sent on to that domain of the same environment, as long as it answers.
    redirectToId: uuid("redirect_to_id").references((): AnyPgColumn => domains.id, { onDelete: "set null" }),
    // How edges treat requests that come without TLS: "off" passes them on, "redirect" sends visitors to https.
    https: text("https").notNull().default("off"),
    // For how long browsers may remember to come by https alone (Strict-Transport-Security); 0: they are not told to.
    hstsSeconds: integer("hsts_seconds").notNull().default(0),
    // When the DNS was last asked, and will be again; what was amiss then, and since when a proven one has not had its proof.
    checkedAt: time("checked_at"),
    nextCheckAt: time("next_check_at").notNull().defaultNow(),
    checkMessage: text("check_message"),
    failingSince: time("failing_since"),
    // Since when it is kept for a deleted project whose deletion can be undone: edges do not know the hostname, and another project may answer on it. Null: it
    // is not.
    keptSince: time("kept_since"),
    createdAt: createdAt(),
  },
  (t) => [
    // One answers on a hostname, whoever else claims it.
    uniqueIndex("domains_answering").on(t.hostname).where(sql`(${t.kind} <> 'custom' or ${t.verifiedAt} is not null) and ${t.keptSince} is null`),
    // Those that answer nowhere, by the hostname that nobody of another organisation gets while they are kept.
    index("domains_kept").on(t.hostname).where(sql`${t.keptSince} is not null`),
    uniqueIndex("domains_claim").on(t.projectId, t.hostname).where(sql`${t.kind} = 'custom'`),
    index("domains_next_check").on(t.nextCheckAt).where(sql`${t.kind} = 'custom'`),
    // Those that were proven lately, for which certificates are to be ordered.
    index("domains_verified").on(t.verifiedAt).where(sql`${t.kind} = 'custom' and ${t.verifiedAt} is not null`),
    index("domains_redirect_to").on(t.redirectToId).where(sql`${t.redirectToId} is not null`),
    index("domains_project").on(t.projectId),
    index("domains_environment").on(t.environmentId),
    // What lists of projects show, however many domains of their own the projects have.
    uniqueIndex("domains_generated_for").on(t.environmentId).where(sql`${t.kind} = 'generated'`),
    index("domains_deployment").on(t.deploymentId),
    check("domains_kind", sql`${t.kind} in ('generated', 'custom', 'deployment')`),
    check("domains_https", sql`${t.https} in ('off', 'redirect')`),
    check("domains_hsts_seconds", sql`${t.hstsSeconds} between 0 and 63072000`),
  ],
);

// What edges show visitors of a hostname who come by TLS, and how far the order of the next one has come. The private key of the certificate is in secrets,
// as the row's certificate_key, and that of an order under way as its certificate_next_key.
export const certificates = pgTable(
  "certificates",
  {
    id: id(),
    // The domain that it is for; null: the platform's own.
    domainId: uuid("domain_id").references(() => domains.id, { onDelete: "cascade" }),
    hostname: text("hostname").notNull(),
    source: text("source").notNull(),
    // ordering: there is none yet; active: edges show it, also while it is renewed; failed: there is none, or it has expired.
    state: text("state").notNull(),
    // A sentence for the domain's owner on why there is no newer one, and what to do.
    problem: text("problem"),
    // PEM, the hostname's own first; null until there is one.
    chain: text("chain"),
    notBefore: time("not_before"),
    notAfter: time("not_after"),
    // The version of the edges' certificates in which it has last changed.
    version: bigint("version", { mode: "number" }).notNull().default(0),
    // How far an order has come: order, validate, finalize.
    step: text("step").notNull().default("order"),
    orderUrl: text("order_url"),
    // When the step is due; null: never. Failures counts those in a row.
    nextAt: time("next_at"),
    failures: integer("failures").notNull().default(0),
    // When the project's timeline, or the operator where it is the platform's own, was told last that it expires soon, and nothing renews it.
    warnedAt: time("warned_at"),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex("certificates_domain").on(t.domainId).where(sql`${t.domainId} is not null`),
    uniqueIndex("certificates_platform").on(t.hostname).where(sql`${t.domainId} is null`),
    index("certificates_next").on(t.nextAt).where(sql`${t.nextAt} is not null`),
    check("certificates_source", sql`${t.source} in ('acme', 'uploaded')`),
    check("certificates_state", sql`${t.state} in ('ordering', 'active', 'failed')`),
    check("certificates_step", sql`${t.step} in ('order', 'validate', 'finalize')`),
  ],
);

// What edges answer a certificate authority that wants to see whether a hostname leads to them (HTTP-01).
export const certificateChallenges = pgTable(
  "certificate_challenges",
  {
    token: text("token").primaryKey(),
    certificateId: uuid("certificate_id").notNull().references(() => certificates.id, { onDelete: "cascade" }),
    hostname: text("hostname").notNull(),
    keyAuthorization: text("key_authorization").notNull(),
    // The version of the edges' certificates in which it has come.
    version: bigint("version", { mode: "number" }).notNull(),
    createdAt: createdAt(),
  },
  (t) => [index("certificate_challenges_certificate").on(t.certificateId)],
);

// TXT records in the zone of the base domain that prove it to a certificate authority (DNS-01). A row stands here from before its record is made until it is
// removed again, so that none is left behind.
export const certificateRecords = pgTable(
  "certificate_records",
  {
    // What the record says, which is of use for one order.
    value: text("value").primaryKey(),
    name: text("name").notNull(),
    certificateId: uuid("certificate_id").references(() => certificates.id, { onDelete: "set null" }),
    createdAt: createdAt(),
  },
  (t) => [index("certificate_records_certificate").on(t.certificateId)],
);

// Accounts with certificate authorities, one for each directory. The key of an account is in secrets, as its acme_account_key.
export const acmeAccounts = pgTable("acme_accounts", {
  id: id(),
  directoryUrl: text("directory_url").notNull().unique(),
  // What the authority calls the account; null until it knows it.
  accountUrl: text("account_url"),
  createdAt: createdAt(),
});

// One row: counts the changes of what edges are told of certificates, challenges and the keys of session tickets.
export const certificateTable = pgTable(
  "certificate_table",
  {
    id: integer("id").primaryKey(),
    version: bigint("version", { mode: "number" }).notNull(),
    // When the key was made with which edges seal session tickets.
    ticketKeyAt: time("ticket_key_at"),
  },
  (t) => [check("certificate_table_one_row", sql`${t.id} = 1`)],
);

// How the repository of a project is read that not everybody may read. The private key, or the password, is in secrets, as the project's deploy_key or
// https_credential.
export const repositoryCredentials = pgTable(
  "repository_credentials",
  {
    projectId: uuid("project_id").primaryKey().references(() => projects.id, { onDelete: "cascade" }),
    kind: text("kind").notNull(),
    // Host and port: whom a credential may be sent to, or whose host key stands below.
    host: text("host"),
    username: text("username"),
    // A line of authorized_keys.
    publicKey: text("public_key"),
    // What the host has shown when it was first connected to, as in known_hosts. Null beside a fingerprint: a person has named that one.
    hostKey: text("host_key"),
    hostKeyFingerprint: text("host_key_fingerprint"),
    createdAt: createdAt(),
    lastUsedAt: time("last_used_at"),
  },
  (t) => [check("repository_credentials_kind", sql`${t.kind} in ('deploy_key', 'https')`)],
);

// Generated hostnames that were given up. For a while they are for the organisation alone that had them: links to them are still about. A trigger on
// domains fills the table.
export const releasedHostnames = pgTable(
  "released_hostnames",
  {
    hostname: text("hostname").primaryKey(),
    organisationId: uuid("organisation_id").notNull().references(() => organisations.id, { onDelete: "cascade" }),
    releasedAt: time("released_at").notNull().defaultNow(),
  },
  (t) => [index("released_hostnames_released").on(t.releasedAt), index("released_hostnames_organisation").on(t.organisationId)],
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
    check("project_events_kind", sql`${t.kind} in ('instances', 'replaced', 'pinned', 'unpinned', 'preview', 'skipped', 'repository', 'certificate')`),
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
  // Version of the certificates that the edge serves with; null where it has never asked for them: it ends no TLS.
  certificatesVersion: bigint("certificates_version", { mode: "number" }),
  // Version of its binary; empty where it is of a version that does not say.
  version: text("version").notNull().default(""),
  // What operators want of it: ready, or draining, to have load balancers leave it while it serves on.
  state: text("state").notNull().default("ready"),
  // Whether it told with its last poll that load balancers are to leave it; null where it is of a version that does not tell.
  drains: boolean("drains"),
  // From which it connects to VMs. Null where it has not said: it has not been seen, or is of a version that does not say.
  addresses: text("addresses").array(),
  // Until when it has told all that it has counted of requests, by Postgres's clock. Null: it has told nothing yet, or is of a version that does not say.
  countedUntil: time("counted_until"),
  // How many milliseconds its clock is ahead of the platform's; null where it has not told.
  clockAheadMs: integer("clock_ahead_ms"),
  lastSeenAt: time("last_seen_at"),
  createdAt: createdAt(),
});

// The processes that run the steps of deployments, each with the BuildKit that it builds with. The row of one that is gone ends an hour later.
export const workers = pgTable(
  "workers",
  {
    id: id(),
    // As in river_job.attempted_by and deployment_steps.worker: no other run of a worker has it.
    name: text("name").notNull().unique(),
    version: text("version").notNull(),
    // How many jobs it runs at once, by their queue.
    slots: jsonb("slots").notNull(),
    // Without what may stand before an @.
    buildkitAddress: text("buildkit_address").notNull(),
    buildkitVersion: text("buildkit_version"),
    // What BuildKit's cache takes on its disk.
    buildkitDiskBytes: bigint("buildkit_disk_bytes", { mode: "number" }),
    // The addresses of its builders and the version of Zeitwork that each told last, empty where it told none; null where the worker does not tell.
    builders: jsonb("builders"),
    // Why BuildKit did not answer when it was last asked; null where it did.
    buildkitError: text("buildkit_error"),
    // When BuildKit last answered.
    buildkitSeenAt: time("buildkit_seen_at"),
    // How many milliseconds its clock is ahead of the database server's; null where it is of a version that does not tell.
    clockAheadMs: integer("clock_ahead_ms"),
    startedAt: time("started_at").notNull().defaultNow(),
    lastSeenAt: time("last_seen_at").notNull().defaultNow(),
  },
  (t) => [index("workers_seen").on(t.lastSeenAt)],
);

// When somebody last looked for what no row needs: nodes on their machine, each kind by itself, and workers (node_id is null) in the registry and
// among the rows.
export const leakLooks = pgTable(
  "leak_looks",
  {
    id: id(),
    nodeId: uuid("node_id").references(() => nodes.id, { onDelete: "cascade" }),
    kind: text("kind").notNull(),
    // The last look that was a whole one; null: there was none.
    lookedAt: time("looked_at"),
    // Why the last try was no whole look; null where it was.
    problem: text("problem"),
    triedAt: time("tried_at").notNull().defaultNow(),
    // How many the last look found, also those of which there is no row since they were too many.
    found: integer("found").notNull().default(0),
  },
  (t) => [
    uniqueIndex("leak_looks_node").on(t.nodeId, t.kind).where(sql`${t.nodeId} is not null`),
    uniqueIndex("leak_looks_platform").on(t.kind).where(sql`${t.nodeId} is null`),
    check("leak_looks_kind", sql`${t.kind} in ('vm', 'address', 'image', 'snapshot')`),
  ],
);

// What the last look found that no row needs. What the next one does not find again is deleted.
export const leaks = pgTable(
  "leaks",
  {
    id: id(),
    lookId: uuid("look_id").notNull().references(() => leakLooks.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    // A sentence: what is left of it, or what keeps it.
    detail: text("detail").notNull(),
    firstSeenAt: time("first_seen_at").notNull().defaultNow(),
    lastSeenAt: time("last_seen_at").notNull().defaultNow(),
  },
  (t) => [uniqueIndex("leaks_name").on(t.lookId, t.name)],
);

// What edges have counted of a deployment's requests: by minute (step_seconds = 60), hour (3600) and day (86400), each kept for a time of its own. A
// report adds to all three at once, so that a late one needs nothing but to be added. The migration partitions the table by step_seconds, and each part by
// starts_at: what is not kept any more is dropped and never deleted (drop_measure_partitions). Nothing refers to the rows, and they refer to nothing:
// they outlive their deployment.
export const traffic = pgTable(
  "traffic",
  {
    stepSeconds: integer("step_seconds").notNull(),
    projectId: uuid("project_id").notNull(),
    // When the minute, hour or day began (UTC). A request counts where it ended.
    startsAt: time("starts_at").notNull(),
    deploymentId: uuid("deployment_id").notNull(),
    environmentId: uuid("environment_id").notNull(),
    // Requests by the class of their status, and those whose client left before the answer.
    informational: bigint("informational", { mode: "number" }).notNull(),
    successful: bigint("successful", { mode: "number" }).notNull(),
    redirected: bigint("redirected", { mode: "number" }).notNull(),
    clientErrors: bigint("client_errors", { mode: "number" }).notNull(),
    serverErrors: bigint("server_errors", { mode: "number" }).notNull(),
    aborted: bigint("aborted", { mode: "number" }).notNull(),
    // How many requests took how long, by the buckets of internal/latency. Zeros at the end are left out.
    latency: bigint("latency", { mode: "number" }).array().notNull(),
    bytesIn: bigint("bytes_in", { mode: "number" }).notNull(),
    bytesOut: bigint("bytes_out", { mode: "number" }).notNull(),
    // The most requests that one edge had in flight at a time.
    inFlight: bigint("in_flight", { mode: "number" }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.stepSeconds, t.projectId, t.startsAt, t.deploymentId] })],
);

// What nodes have measured of VMs, kept as traffic is. Minutes have a row a VM; in hours and days vm_id is the nil UUID, and a row is all VMs of its
// deployment.
export const usage = pgTable(
  "usage",
  {
    stepSeconds: integer("step_seconds").notNull(),
    projectId: uuid("project_id").notNull(),
    startsAt: time("starts_at").notNull(),
    deploymentId: uuid("deployment_id").notNull(),
    vmId: uuid("vm_id").notNull(),
    environmentId: uuid("environment_id").notNull(),
    // How long was measured: what the sums below are divided by.
    measuredMillis: bigint("measured_millis", { mode: "number" }).notNull(),
    cpuMicros: bigint("cpu_micros", { mode: "number" }).notNull(),
    // Memory times how long it was used, in bytes times seconds, and the most that one VM used.
    memoryByteSeconds: bigint("memory_byte_seconds", { mode: "number" }).notNull(),
    memoryMaxBytes: bigint("memory_max_bytes", { mode: "number" }).notNull(),
    receivedBytes: bigint("received_bytes", { mode: "number" }).notNull(),
    sentBytes: bigint("sent_bytes", { mode: "number" }).notNull(),
    restarts: bigint("restarts", { mode: "number" }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.stepSeconds, t.projectId, t.startsAt, t.deploymentId, t.vmId] })],
);

// The last report with measures that was counted of each run of an edge or a node agent: one that comes again is passed over.
export const reportRuns = pgTable(
  "report_runs",
  {
    reporterId: uuid("reporter_id").notNull(),
    runId: uuid("run_id").notNull(),
    sequence: bigint("sequence", { mode: "number" }).notNull(),
    reportedAt: time("reported_at").notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.reporterId, t.runId] })],
);

// One row: counts the changes of the route table.
export const routeTable = pgTable(
  "route_table",
  {
    id: integer("id").primaryKey(),
    version: bigint("version", { mode: "number" }).notNull(),
    // route_changes has all changes that came after this version. What changed until then is not kept any more.
    changesSince: bigint("changes_since", { mode: "number" }).notNull().default(0),
  },
  (t) => [check("route_table_one_row", sql`${t.id} = 1`)],
);

// The hostnames whose route each version of the route table has changed, given or taken away. Deferred triggers on the tables that routes are made of write
// them when a transaction commits, and count the version where the transaction has not: nothing that changes a route can leave it out, the version before
// of the platform included.
export const routeChanges = pgTable(
  "route_changes",
  {
    version: bigint("version", { mode: "number" }).notNull(),
    hostname: text("hostname").notNull(),
  },
  (t) => [primaryKey({ columns: [t.version, t.hostname] })],
);

// The newest backup at each place that backups were made to, as `zeitwork backup` writes it: operators are told when there is none of late.
export const backups = pgTable("backups", {
  // A folder, or s3://BUCKET/PREFIX; without credentials.
  target: text("target").primaryKey(),
  name: text("name").notNull(),
  // The time of the database that it shows.
  snapshotAt: time("snapshot_at").notNull(),
  madeAt: time("made_at").notNull().defaultNow(),
  bytes: bigint("bytes", { mode: "number" }).notNull(),
});

// One row: since when nodes and edges can reach an api. Their silence means nothing while none answers.
export const controlPlane = pgTable(
  "control_plane",
  {
    id: integer("id").primaryKey(),
    answeringSince: time("answering_since").notNull(),
    // Moved on every few seconds by every api that answers.
    answeredAt: time("answered_at").notNull(),
    // When the database was restored from a backup, and the version of the route table with which it began, until the platform goes by it: nodes first
    // say which VMs run, edges then get its routes, and nodes its VMs. Null: it does, or was never restored.
    restoredAt: time("restored_at"),
    restoredVersion: bigint("restored_version", { mode: "number" }),
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
    // For tokens of nodes and edges: the Ed25519 key of the machine, by which its requests are signed. Without one the token alone is enough.
    publicKey: bytea("public_key"),
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
    check("api_tokens_public_key", sql`${t.publicKey} is null or (${t.kind} in ('node', 'edge') and octet_length(${t.publicKey}) = 32)`),
    check("api_tokens_role", sql`${t.role} in ('owner', 'developer', 'viewer')`),
    // An api that knows no tokens of organisations takes them for nobody's, since their kind is unknown to it.
    // Nor does it know sessions, whose secrets are no bearer tokens.
    check("api_tokens_scope", sql`(${t.kind} = 'organisation') = (${t.organisationId} is not null and ${t.role} is not null)`),
    check(
      "api_tokens_owner",
      sql`(${t.kind} in ('user', 'organisation', 'session') and ${t.userId} is not null and ${t.nodeId} is null and ${t.edgeId} is null)
        or (${t.kind} = 'node' and ${t.nodeId} is not null and ${t.userId} is null and ${t.edgeId} is null)
        or (${t.kind} = 'edge' and ${t.edgeId} is not null and ${t.userId} is null and ${t.nodeId} is null)`,
    ),
  ],
);

// Sign-ins of browsers. The row of api_tokens with the same id has the user, the hash of the cookie, the last use and the end: a session is a token that
// stands in a cookie, so that whatever a token made, and what ends with a token, holds for sessions as well.
export const sessions = pgTable("sessions", {
  id: uuid("id").primaryKey().references(() => apiTokens.id, { onDelete: "cascade" }),
  // How the user signed in: github, or code.
  provider: text("provider").notNull(),
  // What the browser says that it is, and where it was; nothing relies on either.
  userAgent: text("user_agent").notNull().default(""),
  address: text("address").notNull().default(""),
});

// Ways that a browser goes to another site and back from there: a sign-in, the making of the GitHub App, an installation of it.
export const webFlows = pgTable(
  "web_flows",
  {
    id: id(),
    // What it is for: a flow that was begun for one thing ends no other.
    purpose: text("purpose").notNull(),
    // The state goes to the other site and comes back from there; the browser's half stays in a cookie.
    stateHash: bytea("state_hash").notNull().unique(),
    browserHash: bytea("browser_hash").notNull(),
    // Who began it, and for which organisation, where the purpose has these.
    userId: uuid("user_id").references(() => users.id, { onDelete: "cascade" }),
    organisationId: uuid("organisation_id").references(() => organisations.id, { onDelete: "cascade" }),
    // The path on the platform where the browser goes in the end.
    returnTo: text("return_to").notNull().default(""),
    details: jsonb("details").notNull().default(sql`'{}'`),
    createdAt: createdAt(),
    expiresAt: time("expires_at").notNull(),
    usedAt: time("used_at"),
  },
  (t) => [index("web_flows_user").on(t.userId), index("web_flows_organisation").on(t.organisationId)],
);

// Codes that sign a user in once, which whoever holds the database has made.
export const signInCodes = pgTable(
  "sign_in_codes",
  {
    id: id(),
    codeHash: bytea("code_hash").notNull().unique(),
    userId: uuid("user_id").notNull().references(() => users.id, { onDelete: "cascade" }),
    createdAt: createdAt(),
    expiresAt: time("expires_at").notNull(),
    usedAt: time("used_at"),
  },
  (t) => [index("sign_in_codes_user").on(t.userId)],
);

// One-time tokens, for which a machine that is to be a node or an edge gets the token of that node or edge.
export const joinTokens = pgTable(
  "join_tokens",
  {
    id: id(),
    tokenHash: bytea("token_hash").notNull().unique(),
    // What the machine becomes: one of the two is set.
    nodeId: uuid("node_id").references(() => nodes.id, { onDelete: "cascade" }),
    edgeId: uuid("edge_id").references(() => edges.id, { onDelete: "cascade" }),
    // The key of the machine that has used it. That machine may ask again, since the answer may have been lost.
    publicKey: bytea("public_key"),
    createdAt: createdAt(),
    expiresAt: time("expires_at").notNull(),
  },
  (t) => [
    index("join_tokens_node").on(t.nodeId),
    index("join_tokens_edge").on(t.edgeId),
    check("join_tokens_public_key", sql`octet_length(${t.publicKey}) = 32`),
    check("join_tokens_of", sql`num_nonnulls(${t.nodeId}, ${t.edgeId}) = 1`),
  ],
);

// Programs without a browser that ask to be signed in (RFC 8628): somebody who is signed in types the user's code, and the program then gets a token.
export const deviceLogins = pgTable(
  "device_logins",
  {
    id: id(),
    deviceHash: bytea("device_hash").notNull().unique(),
    userCode: text("user_code").notNull().unique(),
    // What the machine calls itself, and the address that it asked from, for whoever decides.
    machine: text("machine").notNull(),
    address: text("address").notNull(),
    // When the program asked last, and how many seconds it has to wait before it asks again.
    polledAt: time("polled_at"),
    intervalSeconds: integer("interval_seconds").notNull().default(5),
    // Who decided, and how. Null: nobody has.
    userId: uuid("user_id").references(() => users.id, { onDelete: "cascade" }),
    approved: boolean("approved"),
    decidedAt: time("decided_at"),
    // When the program got its token, which it does once.
    fetchedAt: time("fetched_at"),
    createdAt: createdAt(),
    expiresAt: time("expires_at").notNull(),
  },
  (t) => [index("device_logins_user").on(t.userId)],
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

// Where an organisation is told of deployments that failed and of environments that work again.
export const notificationChannels = pgTable(
  "notification_channels",
  {
    id: id(),
    // Null: a channel of the platform's operators, who are told of what is wrong with the platform.
    organisationId: uuid("organisation_id").references(() => organisations.id),
    kind: text("kind").notNull(),
    name: text("name").notNull(),
    // The address of an e-mail, or the URL of a webhook. Of Slack's URL, which is a secret, the host: the URL stands in secrets, as does the key that signs
    // webhooks.
    address: text("address").notNull(),
    enabled: boolean("enabled").notNull().default(true),
    // When a message was taken last.
    deliveredAt: time("delivered_at"),
    // Since when, and why, messages cannot be delivered: a sentence. Null: the last one was, or none has been sent.
    brokenAt: time("broken_at"),
    brokenReason: text("broken_reason"),
    // Until when messages are signed with the key that a webhook had before, too: it stands in secrets. Null: the key was never replaced.
    formerKeyUntil: time("former_key_until"),
    // Since when the owner of an e-mail address is asked whether it wants messages; until then it gets none. Null: it does, or is a member's own.
    unconfirmedSince: time("unconfirmed_since"),
    // When the owner of the address had the messages stopped.
    stoppedAt: time("stopped_at"),
    createdBy: uuid("created_by").references(() => users.id, { onDelete: "set null" }),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex("notification_channels_name").on(t.organisationId, t.name),
    uniqueIndex("notification_channels_platform_name").on(t.name).where(sql`${t.organisationId} is null`),
    index("notification_channels_created_by").on(t.createdBy),
    check("notification_channels_kind", sql`${t.kind} in ('email', 'slack', 'webhook')`),
    check("notification_channels_broken", sql`(${t.brokenAt} is null) = (${t.brokenReason} is null)`),
    check("notification_channels_unconfirmed", sql`${t.unconfirmedSince} is null or ${t.kind} = 'email'`),
    check("notification_channels_stopped", sql`${t.stoppedAt} is null or ${t.unconfirmedSince} is not null`),
  ],
);

// Each time that the owner of an e-mail address is asked whether it wants messages. Its id is that of the delivery.
export const notificationConfirmations = pgTable(
  "notification_confirmations",
  {
    id: id(),
    organisationId: uuid("organisation_id").notNull().references(() => organisations.id),
    // Null: the channel is removed. What the address was asked still counts.
    channelId: uuid("channel_id").references(() => notificationChannels.id, { onDelete: "set null" }),
    address: text("address").notNull(),
    // SHA-256 of the token in the newest message. Null: none is sent yet.
    tokenHash: bytea("token_hash").unique(),
    endsAt: time("ends_at"),
    usedAt: time("used_at"),
    createdAt: createdAt(),
  },
  (t) => [
    index("notification_confirmations_organisation").on(t.organisationId, t.id),
    index("notification_confirmations_channel").on(t.channelId),
    index("notification_confirmations_address").on(sql`lower(${t.address})`, t.id),
    check("notification_confirmations_ends", sql`(${t.tokenHash} is null) = (${t.endsAt} is null)`),
  ],
);

// The addresses, in small letters, whose owners want no messages of an organisation.
export const stoppedAddresses = pgTable(
  "stopped_addresses",
  {
    organisationId: uuid("organisation_id").notNull().references(() => organisations.id),
    address: text("address").notNull(),
    // SHA-256 of the links in the mails that the address got, each of a channel's id and its token, by which messages can come again when the channels are gone.
    linkHashes: bytea("link_hashes").array().notNull().default(sql`'{}'`),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.organisationId, t.address] }), index("stopped_addresses_links").using("gin", t.linkHashes)],
);

// What was found wrong with the platform, from the first look that found it until operators were told that it is over.
export const platformAlerts = pgTable(
  "platform_alerts",
  {
    id: id(),
    // The part of the platform, as a report on its health names it, and what of it: a machine, a queue, or nothing where it is all of the part.
    part: text("part").notNull(),
    about: text("about").notNull(),
    detail: text("detail").notNull(),
    advice: text("advice").notNull(),
    beganAt: time("began_at").notNull().defaultNow(),
    // When operators were told. Null: it has not lasted long enough yet, or they were told of the one before just now.
    toldAt: time("told_at"),
    // Since when it is not found any more.
    wellSince: time("well_since"),
    // When operators were told that it is over.
    endedAt: time("ended_at"),
  },
  (t) => [
    uniqueIndex("platform_alerts_open").on(t.part, t.about).where(sql`${t.endedAt} is null`),
    index("platform_alerts_ended").on(t.part, t.about, t.endedAt),
    check("platform_alerts_order", sql`${t.endedAt} is null or (${t.toldAt} is not null and ${t.wellSince} is not null)`),
  ],
);

// What a channel is told, each once: written by the transaction in which it comes true, and sent by a job. Its id is that of the message.
export const notificationDeliveries = pgTable(
  "notification_deliveries",
  {
    id: id(),
    channelId: uuid("channel_id").notNull().references(() => notificationChannels.id, { onDelete: "cascade" }),
    event: text("event").notNull(),
    // The deployment that failed, or that went live, and its environment. Null: a test message, one that asks for a confirmation, or an alert.
    deploymentId: uuid("deployment_id").references(() => deployments.id, { onDelete: "cascade" }),
    environmentId: uuid("environment_id").references(() => environments.id, { onDelete: "cascade" }),
    // What is wrong with the platform, or was, for a channel of its operators.
    alertId: uuid("alert_id").references(() => platformAlerts.id, { onDelete: "cascade" }),
    state: text("state").notNull().default("pending"),
    attempts: integer("attempts").notNull().default(0),
    // Why the last attempt failed, as a sentence.
    problem: text("problem"),
    createdAt: createdAt(),
    endedAt: time("ended_at"),
  },
  (t) => [
    uniqueIndex("notification_deliveries_once").on(t.deploymentId, t.channelId, t.event),
    uniqueIndex("notification_deliveries_alert_once").on(t.alertId, t.channelId, t.event),
    index("notification_deliveries_channel").on(t.channelId, t.id),
    // Those that wait, of which a channel has a hundred at most.
    index("notification_deliveries_pending").on(t.channelId).where(sql`${t.state} = 'pending'`),
    // The last outcome of an environment that a channel was told of.
    index("notification_deliveries_environment").on(t.environmentId, t.channelId, t.createdAt),
    check("notification_deliveries_event", sql`${t.event} in ('failed', 'recovered', 'firing', 'resolved', 'test', 'confirmation')`),
    check("notification_deliveries_state", sql`${t.state} in ('pending', 'delivered', 'failed')`),
    check(
      "notification_deliveries_subject",
      sql`(${t.event} in ('failed', 'recovered')) = (${t.deploymentId} is not null) and (${t.deploymentId} is null) = (${t.environmentId} is null)
        and (${t.event} in ('firing', 'resolved')) = (${t.alertId} is not null)`,
    ),
    check("notification_deliveries_ended", sql`(${t.state} = 'pending') = (${t.endedAt} is null)`),
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
const silence = (table: string, since = `${table}.last_seen_at`, column = "silent_for") => sql.raw(`
  select ${table}.id,
    case when ${since} is not null and control_plane.answered_at > now() - interval '3 seconds'
      then greatest(least(now() - ${since}, now() - control_plane.answering_since), interval '0')
      else interval '0'
    end as ${column}
  from ${table} left join control_plane on control_plane.id = 1`);

export const nodeSilence = pgView("node_silence", { id: uuid("id"), silentFor: interval("silent_for") }).as(silence("nodes"));
export const edgeSilence = pgView("edge_silence", { id: uuid("id"), silentFor: interval("silent_for") }).as(silence("edges"));

// How long edges have not reached the VMs of a node, likewise: it was silent, or its agent said so.
export const nodeAbsence = pgView("node_absence", { id: uuid("id"), absentFor: interval("absent_for") }).as(
  silence("nodes", "least(nodes.last_seen_at, nodes.unreachable_since)", "absent_for"),
);

// What organisations may use at most that have no number of their own: the platform's number, or else the one that stands here. One row.
const limits = {
  builds: 2,
  projects: 100,
  domains: 200,
  instances: 50,
  cpu_millis: "50000::bigint",
  memory_bytes: "107374182400::bigint",
  log_bytes_per_minute: "67108864::bigint",
  requests_per_minute: 12000,
};

export const platformLimits = pgView("platform_limits", {
  builds: integer("builds"),
  projects: integer("projects"),
  domains: integer("domains"),
  instances: integer("instances"),
  cpuMillis: bigint("cpu_millis", { mode: "number" }),
  memoryBytes: bigint("memory_bytes", { mode: "number" }),
  logBytesPerMinute: bigint("log_bytes_per_minute", { mode: "number" }),
  requestsPerMinute: integer("requests_per_minute"),
}).as(sql.raw(`
  select ${Object.entries(limits).map(([name, otherwise]) => `coalesce(platform.${name}, ${otherwise}) as ${name}`).join(",\n    ")}
  from (select 1) as one left join quotas as platform on platform.organisation_id is null`));

// What each organisation may use at most: its own number, or else that of platform_limits.
export const organisationLimits = pgView("organisation_limits", {
  organisationId: uuid("organisation_id"),
  builds: integer("builds"),
  projects: integer("projects"),
  domains: integer("domains"),
  instances: integer("instances"),
  cpuMillis: bigint("cpu_millis", { mode: "number" }),
  memoryBytes: bigint("memory_bytes", { mode: "number" }),
  logBytesPerMinute: bigint("log_bytes_per_minute", { mode: "number" }),
  requestsPerMinute: integer("requests_per_minute"),
}).as(sql.raw(`
  select organisations.id as organisation_id,
    ${Object.keys(limits).map((name) => `coalesce(own.${name}, platform_limits.${name}) as ${name}`).join(",\n    ")}
  from organisations
  cross join platform_limits
  left join quotas as own on own.organisation_id = organisations.id`));
