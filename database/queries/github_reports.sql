-- What GitHub is told of deployments. What it was told last stands in the rows, so that whatever differs is found.

-- name: ListUnreportedDeployments :many
-- Deployments of whose state GitHub is to be told, and that no job reports.
SELECT deployments.id FROM deployments
WHERE deployments.github_reported <> deployments.state AND deployments.commit_sha IS NOT NULL
  AND NOT EXISTS (SELECT FROM unfinished_jobs WHERE unfinished_jobs.deployment_id = deployments.id AND unfinished_jobs.kind = 'github_report')
ORDER BY deployments.id
LIMIT 100;

-- name: GetDeploymentToReport :one
-- is_newest tells that no younger deployment of the commit goes to the same kind of environment: the commit's status is that one's.
SELECT sqlc.embed(deployments), sqlc.embed(environments), sqlc.embed(projects),
  coalesce((SELECT domains.hostname FROM domains WHERE domains.environment_id = environments.id AND domains.kind = 'generated'), '')::text AS hostname,
  NOT EXISTS (
    SELECT FROM deployments AS younger JOIN environments AS other ON other.id = younger.environment_id
    WHERE younger.project_id = deployments.project_id AND younger.commit_sha = deployments.commit_sha AND younger.created_at > deployments.created_at
      AND other.kind = environments.kind
  ) AS is_newest
FROM deployments
JOIN environments ON environments.id = deployments.environment_id
JOIN projects ON projects.id = deployments.project_id
WHERE deployments.id = $1;

-- name: GetRepositoryToReportTo :one
-- A repository on GitHub, and the installation of its organisation that has it; no row where none does that works.
SELECT github_repositories.repository_id, github_installations.installation_id FROM github_repositories
JOIN github_installations ON github_installations.id = github_repositories.installation_id
  AND github_installations.organisation_id = github_repositories.organisation_id
WHERE github_repositories.id = $1 AND github_installations.removed_at IS NULL AND github_installations.suspended_at IS NULL;

-- name: SetGithubDeployment :exec
UPDATE deployments SET github_deployment_id = @github_deployment_id::bigint WHERE id = @id;

-- name: RecordReport :exec
UPDATE deployments SET github_reported = @github_reported::text WHERE id = @id;

-- name: RecordReportError :exec
-- Why GitHub could not be told of a project's deployment the last time; null where it could.
UPDATE projects SET report_error = sqlc.narg(report_error) WHERE id = @id AND report_error IS DISTINCT FROM sqlc.narg(report_error);

-- name: MakeCommentDue :exec
-- For environments of pull requests. The comment on one that is deleted says only that.
UPDATE environments SET comment_due_at = now() WHERE id = $1 AND pull_request_number IS NOT NULL AND deleted_at IS NULL;

-- name: DropComments :exec
-- Has nothing said any more on the pull requests of a project whose repository is another one now.
UPDATE environments SET comment_due_at = NULL WHERE project_id = $1 AND kind = 'preview' AND comment_due_at IS NOT NULL;

-- name: ListDueComments :many
SELECT environments.id FROM environments WHERE environments.comment_due_at <= now() ORDER BY environments.comment_due_at LIMIT 100;

-- name: GetEnvironmentToComment :one
SELECT sqlc.embed(environments), sqlc.embed(projects),
  coalesce((SELECT domains.hostname FROM domains WHERE domains.environment_id = environments.id AND domains.kind = 'generated'), '')::text AS hostname,
  EXISTS (SELECT FROM deployments WHERE deployments.environment_id = environments.id AND deployments.state = 'live') AS has_live
FROM environments JOIN projects ON projects.id = environments.project_id
WHERE environments.id = $1;

-- name: RecordComment :exec
-- Writes that the comment says what was when it was due; or, with another time, when it is to be tried again.
UPDATE environments SET comment_due_at = sqlc.narg(again) WHERE id = @id AND comment_due_at = @due::timestamptz;
