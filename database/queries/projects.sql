-- name: CreateProject :one
INSERT INTO projects (
  id, organisation_id, name, slug, repository_url, branch, root_directory, dockerfile_path, dockerfile_target, port, health_path, instances,
  cpu_millis, memory_bytes, auto_deploy, release_command, build_variables
) VALUES (
  @id, @organisation_id, @name, @slug, @repository_url, @branch, @root_directory, @dockerfile_path, @dockerfile_target, @port, @health_path, @instances,
  @cpu_millis, @memory_bytes, @auto_deploy, @release_command, @build_variables
) RETURNING *;

-- name: ProjectSlugTaken :one
SELECT EXISTS (
  SELECT slug FROM projects WHERE slug = @slug AND deleted_at IS NULL
  UNION ALL
  SELECT hostname FROM domains WHERE hostname = @hostname
);

-- name: GetProjectOf :one
-- One project, as a member of its organisation sees it; no row for others. held_deployment_id is the newest push that waits because
-- the project is pinned.
SELECT sqlc.embed(projects),
  (SELECT domains.deployment_id FROM domains WHERE domains.project_id = projects.id AND kind = 'generated') AS live_deployment_id,
  held.id AS held_deployment_id
FROM projects JOIN organisation_members ON organisation_members.organisation_id = projects.organisation_id
LEFT JOIN deployments AS held ON projects.pinned_by_id IS NOT NULL AND held.id = (
  SELECT newest.id FROM deployments AS newest
  WHERE newest.project_id = projects.id AND newest.state = 'deploying' AND newest.held_at IS NOT NULL
  ORDER BY newest.id DESC LIMIT 1
)
WHERE projects.id = @id AND organisation_members.user_id = @user_id AND projects.deleted_at IS NULL;

-- name: ListProjectsOf :many
SELECT sqlc.embed(projects),
  (SELECT domains.deployment_id FROM domains WHERE domains.project_id = projects.id AND kind = 'generated') AS live_deployment_id,
  held.id AS held_deployment_id
FROM projects JOIN organisation_members ON organisation_members.organisation_id = projects.organisation_id
LEFT JOIN deployments AS held ON projects.pinned_by_id IS NOT NULL AND held.id = (
  SELECT newest.id FROM deployments AS newest
  WHERE newest.project_id = projects.id AND newest.state = 'deploying' AND newest.held_at IS NOT NULL
  ORDER BY newest.id DESC LIMIT 1
)
WHERE organisation_members.user_id = @user_id AND projects.deleted_at IS NULL AND projects.id < @before
  AND (sqlc.narg(organisation_id)::uuid IS NULL OR projects.organisation_id = sqlc.narg(organisation_id))
  AND (@slug::text = '' OR projects.slug = @slug)
ORDER BY projects.id DESC
LIMIT sqlc.arg(max_rows)::int;

-- name: UpdateProject :exec
UPDATE projects
SET repository_url = @repository_url, branch = @branch, root_directory = @root_directory, dockerfile_path = @dockerfile_path,
  dockerfile_target = @dockerfile_target,
  port = @port, health_path = @health_path, instances = @instances, cpu_millis = @cpu_millis, memory_bytes = @memory_bytes,
  auto_deploy = @auto_deploy, release_command = @release_command, build_variables = @build_variables,
  instances_changed_at = CASE WHEN instances <> @instances THEN now() ELSE instances_changed_at END
WHERE id = @id;

-- name: ForgetPoll :exec
-- Makes the next poll look at the repository as if for the first time.
UPDATE projects SET last_seen_commit = NULL, last_seen_at = now(), polled_at = NULL, poll_error = NULL WHERE id = $1;

-- name: MarkProjectDeleted :exec
UPDATE projects SET deleted_at = now(), auto_deploy = false WHERE id = $1;

-- name: ListUnfinishedDeploymentsOf :many
SELECT id FROM deployments WHERE project_id = $1 AND state IN ('queued', 'deploying') ORDER BY id;

-- name: GetDeploymentOf :one
-- One deployment with its project, as a member of the organisation sees it; no row for others.
SELECT sqlc.embed(deployments), sqlc.embed(projects)
FROM deployments
JOIN projects ON projects.id = deployments.project_id
JOIN organisation_members ON organisation_members.organisation_id = projects.organisation_id
WHERE deployments.id = @id AND organisation_members.user_id = @user_id AND projects.deleted_at IS NULL;

-- name: ListProjectDeployments :many
SELECT * FROM deployments
WHERE project_id = @project_id AND id < @before
ORDER BY id DESC
LIMIT sqlc.arg(max_rows)::int;

-- name: DeploymentState :one
SELECT state FROM deployments WHERE id = $1;
