-- name: CreateProject :one
INSERT INTO projects (
  id, organisation_id, name, slug, repository_url, branch, root_directory, dockerfile_path, dockerfile_target, port, health_path, instances,
  regions, region_instances, cpu_millis, memory_bytes, auto_deploy, release_command, build_variables, start_seconds, grace_seconds, previews, preview_days,
  github_repository_id, pull_request_previews, ignored_paths, record_requests
) VALUES (
  @id, @organisation_id, @name, @slug, @repository_url, @branch, @root_directory, @dockerfile_path, @dockerfile_target, @port, @health_path, @instances,
  @regions, @region_instances, @cpu_millis, @memory_bytes, @auto_deploy, @release_command, @build_variables, @start_seconds, @grace_seconds, @previews, @preview_days,
  @github_repository_id, @pull_request_previews, @ignored_paths, @record_requests
) RETURNING *;

-- name: ProjectSlugTaken :one
-- Whether the slug is another project's, the hostname anybody's, kept for a deleted project of another organisation, or was another organisation's
-- until lately.
SELECT EXISTS (
  SELECT projects.slug FROM projects WHERE projects.slug = @slug AND projects.deleted_at IS NULL
  UNION ALL
  SELECT domains.hostname FROM domains
  WHERE domains.hostname = @hostname AND (domains.kind <> 'custom' OR domains.verified_at IS NOT NULL) AND domains.kept_since IS NULL
  UNION ALL
  SELECT kept.hostname FROM domains AS kept JOIN projects ON projects.id = kept.project_id
  WHERE kept.hostname = @hostname AND kept.kept_since IS NOT NULL AND kept.kind <> 'custom' AND projects.organisation_id <> @organisation_id
  UNION ALL
  SELECT released_hostnames.hostname FROM released_hostnames
  WHERE released_hostnames.hostname = @hostname AND released_hostnames.organisation_id <> @organisation_id
    AND released_hostnames.released_at > now() - interval '90 days'
);

-- name: GetProjectOf :one
-- One project of an organisation. held_deployment_id is the newest push that waits because its production is pinned, and live_deployment_id what is
-- live there.
SELECT sqlc.embed(projects),
  (SELECT domains.deployment_id FROM domains WHERE domains.environment_id = projects.id AND kind = 'generated') AS live_deployment_id,
  held.id AS held_deployment_id,
  github_repositories.repository_id AS github_repository, github_repositories.full_name, github_repositories.is_private, github_repositories.is_archived,
  github_installations.id AS installation, github_installations.settings_url, github_installations.suspended_at, github_installations.removed_at
FROM projects
LEFT JOIN deployments AS held ON projects.pinned_by_id IS NOT NULL AND held.id = (
  SELECT newest.id FROM deployments AS newest
  WHERE newest.environment_id = projects.id AND newest.state = 'deploying' AND newest.held_at IS NOT NULL
  ORDER BY newest.id DESC LIMIT 1
)
LEFT JOIN github_repositories ON github_repositories.id = projects.github_repository_id
LEFT JOIN github_installations ON github_installations.id = github_repositories.installation_id
  AND github_installations.organisation_id = github_repositories.organisation_id
WHERE projects.id = @id AND projects.organisation_id = @organisation_id AND projects.deleted_at IS NULL;

-- name: LockProjectOf :one
-- As LockProject, for one project of an organisation that was not deleted.
SELECT * FROM projects WHERE id = @id AND organisation_id = @organisation_id AND deleted_at IS NULL FOR NO KEY UPDATE;

-- name: ListProjectsOf :many
-- The projects of the organisations that a user is a member of, or of them the one alone to which the token belongs. All words stand in the slug or the
-- name.
WITH found AS MATERIALIZED (
  SELECT projects.id FROM projects
  WHERE projects.organisation_id = ANY (ARRAY(
      SELECT organisation_members.organisation_id FROM organisation_members
      WHERE organisation_members.user_id = @user_id
        AND (sqlc.narg(token_organisation_id)::uuid IS NULL OR organisation_members.organisation_id = sqlc.narg(token_organisation_id))
        AND (sqlc.narg(organisation_id)::uuid IS NULL OR organisation_members.organisation_id = sqlc.narg(organisation_id))
    ))
    AND projects.deleted_at IS NULL AND projects.id < @before
    AND (@slug::text = '' OR projects.slug = @slug)
    AND (
      SELECT bool_and(strpos(lower(projects.slug || ' ' || projects.name), lower(searched.word)) > 0)
      FROM (SELECT unnest(@words::text[]) AS word) AS searched
    ) IS NOT FALSE
), page AS (
  -- Postgres takes a limit that it does not know for a small one, and looks up what else there is of each project instead of reading all of that.
  SELECT found.id FROM found ORDER BY found.id DESC LIMIT (SELECT sqlc.arg(max_rows)::int)
)
SELECT sqlc.embed(projects),
  (SELECT domains.deployment_id FROM domains WHERE domains.environment_id = projects.id AND kind = 'generated') AS live_deployment_id,
  held.id AS held_deployment_id,
  github_repositories.repository_id AS github_repository, github_repositories.full_name, github_repositories.is_private, github_repositories.is_archived,
  github_installations.id AS installation, github_installations.settings_url, github_installations.suspended_at, github_installations.removed_at
FROM page
JOIN projects ON projects.id = page.id
LEFT JOIN deployments AS held ON projects.pinned_by_id IS NOT NULL AND held.id = (
  SELECT newest.id FROM deployments AS newest
  WHERE newest.environment_id = projects.id AND newest.state = 'deploying' AND newest.held_at IS NOT NULL
  ORDER BY newest.id DESC LIMIT 1
)
LEFT JOIN github_repositories ON github_repositories.id = projects.github_repository_id
LEFT JOIN github_installations ON github_installations.id = github_repositories.installation_id
  AND github_installations.organisation_id = github_repositories.organisation_id
ORDER BY projects.id DESC;

-- name: UpdateProject :exec
UPDATE projects
SET name = @name, repository_url = @repository_url, branch = @branch, root_directory = @root_directory, dockerfile_path = @dockerfile_path,
  dockerfile_target = @dockerfile_target,
  port = @port, health_path = @health_path, instances = @instances, regions = @regions, region_instances = @region_instances,
  cpu_millis = @cpu_millis, memory_bytes = @memory_bytes,
  auto_deploy = @auto_deploy, release_command = @release_command, build_variables = @build_variables,
  start_seconds = @start_seconds, grace_seconds = @grace_seconds, previews = @previews, preview_days = @preview_days, github_repository_id = @github_repository_id,
  ignored_paths = @ignored_paths, record_requests = @record_requests,
  pull_request_previews = @pull_request_previews,
  pulls_tag = CASE WHEN pull_request_previews = @pull_request_previews THEN pulls_tag END,
  pulls_error = CASE WHEN @pull_request_previews THEN pulls_error END,
  instances_changed_at = CASE
    WHEN instances <> @instances OR regions <> @regions OR region_instances <> @region_instances THEN now() ELSE instances_changed_at END
WHERE id = @id AND organisation_id = @organisation_id;

-- name: SetVariablesReadable :exec
UPDATE projects SET variables_readable = @readable WHERE id = @id AND organisation_id = @organisation_id;

-- name: ForgetPoll :exec
-- Makes the next poll look at the repository as if for the first time.
WITH forgotten AS (
  UPDATE environments SET last_seen_commit = NULL, last_seen_at = now()
  FROM projects WHERE projects.id = environments.project_id
    AND projects.id = @id AND projects.organisation_id = @organisation_id AND environments.deleted_at IS NULL
)
UPDATE projects SET last_seen_commit = NULL, last_seen_at = now(), polled_at = NULL, poll_due_at = NULL, poll_error = NULL, pulls_tag = NULL, pulls_error = NULL
WHERE projects.id = @id AND projects.organisation_id = @organisation_id;

-- name: MarkProjectDeleted :exec
-- Deletes a project in a way that can be undone for that long.
UPDATE projects SET deleted_at = now(), kept_until = now() + @undo::interval WHERE id = @id AND organisation_id = @organisation_id;

-- name: MarkProjectGone :exec
-- Deletes a project for good. Where it was deleted before, what is left of it is history from now on.
UPDATE projects SET deleted_at = now(), kept_until = NULL, auto_deploy = false WHERE id = $1;

-- name: LockKeptProjectOf :one
-- As LockProjectOf, for one whose deletion can still be undone.
SELECT * FROM projects WHERE id = @id AND organisation_id = @organisation_id AND kept_until > now() FOR NO KEY UPDATE;

-- name: ListKeptProjectsOf :many
-- The deleted projects whose deletion can be undone, of the organisations that a user is a member of, or of them the one alone to which the token belongs, the
-- newest project first. taken is whether another project has the slug by now.
SELECT projects.id, projects.organisation_id, projects.name, projects.slug, projects.repository_url, projects.deleted_at::timestamptz AS deleted_at,
  projects.kept_until::timestamptz AS kept_until,
  EXISTS (SELECT FROM projects AS other WHERE other.slug = projects.slug AND other.deleted_at IS NULL) AS taken
FROM projects
JOIN organisation_members ON organisation_members.organisation_id = projects.organisation_id AND organisation_members.user_id = @user_id
WHERE projects.kept_until > now() AND projects.id < @before
  AND (sqlc.narg(token_organisation_id)::uuid IS NULL OR projects.organisation_id = sqlc.narg(token_organisation_id))
  AND (sqlc.narg(organisation_id)::uuid IS NULL OR projects.organisation_id = sqlc.narg(organisation_id))
  AND (@slug::text = '' OR projects.slug = @slug)
ORDER BY projects.id DESC LIMIT sqlc.arg(max_rows)::int;

-- name: LockKeptProjects :many
-- The deleted projects of an organisation that are not deleted for good yet.
SELECT * FROM projects WHERE organisation_id = @organisation_id AND kept_until IS NOT NULL ORDER BY id FOR NO KEY UPDATE;

-- name: ListExpiredProjects :many
-- The deleted projects whose deletion cannot be undone any more, and that are yet to be deleted for good.
SELECT id FROM projects WHERE kept_until <= now() ORDER BY kept_until LIMIT 100;

-- name: LockExpiredProject :one
-- As LockProject, for one of ListExpiredProjects; no row where another worker was faster.
SELECT * FROM projects WHERE id = $1 AND kept_until <= now() FOR NO KEY UPDATE;

-- name: ReturnProject :exec
-- Undoes the deletion of a project, and has its repository looked at as soon as may be.
UPDATE projects SET deleted_at = NULL, kept_until = NULL, slug = @slug, polled_at = NULL, poll_due_at = NULL, poll_error = NULL, pulls_tag = NULL,
  pulls_error = NULL
WHERE id = @id;

-- name: GetDeploymentOf :one
-- One deployment of an organisation, with its project and environment.
SELECT sqlc.embed(deployments), sqlc.embed(projects), sqlc.embed(environments),
  coalesce((SELECT own.hostname FROM domains AS own WHERE own.deployment_id = deployments.id AND own.kind = 'deployment'), '')::text AS hostname
FROM deployments
JOIN projects ON projects.id = deployments.project_id
JOIN environments ON environments.id = deployments.environment_id
WHERE deployments.id = @id AND projects.organisation_id = @organisation_id AND projects.deleted_at IS NULL;

-- name: ListProjectDeployments :many
-- The filters that are not empty all hold.
SELECT sqlc.embed(deployments), sqlc.embed(environments),
  coalesce((SELECT own.hostname FROM domains AS own WHERE own.deployment_id = deployments.id AND own.kind = 'deployment'), '')::text AS hostname
FROM deployments
JOIN environments ON environments.id = deployments.environment_id
WHERE deployments.project_id = @project_id AND deployments.id < @before
  AND EXISTS (SELECT FROM projects WHERE projects.id = @project_id AND projects.organisation_id = @organisation_id)
  AND (sqlc.narg(environment_id)::uuid IS NULL OR deployments.environment_id = sqlc.narg(environment_id))
  AND (cardinality(@states::text[]) = 0 OR deployments.state = ANY (@states))
  AND (@trigger::text = '' OR deployments.trigger = @trigger)
  AND (@branch::text = '' OR deployments.branch = @branch)
  AND (@commit::text = '' OR starts_with(deployments.commit_sha, @commit))
  AND (@text::text = '' OR strpos(lower(deployments.commit_message), lower(@text)) > 0)
  AND (@author::text = '' OR strpos(lower(deployments.commit_author), lower(@author)) > 0)
ORDER BY deployments.id DESC
LIMIT sqlc.arg(max_rows)::int;

-- name: DeploymentState :one
-- The state of a deployment, and whether anything of its VMs is left.
SELECT deployments.state, EXISTS (SELECT FROM vms WHERE vms.deployment_id = deployments.id AND vms.removed_at IS NULL) AS has_vms
FROM deployments
WHERE deployments.id = @id AND @organisation_id::uuid = (SELECT projects.organisation_id FROM projects WHERE projects.id = deployments.project_id);

-- name: GetProjectOwner :one
-- The slug of a project, and the organisation that owns it.
SELECT slug, organisation_id FROM projects WHERE id = $1;
