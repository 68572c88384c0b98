-- Previews of pull requests. An environment of one changes while its project is locked, as all do.

-- name: ListProjectsWithPulls :many
-- The projects whose pull requests get previews, those of one repository behind each other.
SELECT sqlc.embed(projects), sqlc.embed(github_repositories), github_installations.installation_id AS installation
FROM projects
JOIN github_repositories ON github_repositories.id = projects.github_repository_id
JOIN github_installations ON github_installations.id = github_repositories.installation_id
  AND github_installations.organisation_id = github_repositories.organisation_id
WHERE projects.pull_request_previews AND projects.deleted_at IS NULL
  AND github_installations.removed_at IS NULL AND github_installations.suspended_at IS NULL
ORDER BY projects.github_repository_id;

-- name: ListPulls :many
-- The commits at which the pull requests of a project were last seen, by their refs.
SELECT name, commit_sha FROM branches WHERE project_id = $1 AND starts_with(name, 'refs/pull/');

-- name: SetPullRequest :one
-- Writes what a pull request is now. What once came from a fork stays so.
UPDATE environments
SET pull_request_number = @number::integer, pull_request_title = @title::text, pull_request_author = @author::text, head_branch = @head_branch::text,
  is_fork = is_fork OR @is_fork::boolean
WHERE id = @id AND kind = 'preview'
RETURNING *;

-- name: AwaitApproval :exec
-- The commit of a fork that waits; nothing waits where it is null. The comment says so.
UPDATE environments SET awaiting_commit = sqlc.narg(commit), comment_due_at = now() WHERE id = @id;

-- name: ApproveCommit :exec
UPDATE environments
SET awaiting_commit = NULL, approved_commit = @commit::text, approved_by = @approved_by, approved_at = now(), comment_due_at = now()
WHERE id = @id;

-- name: ForgetFullPoll :exec
-- Has the pull requests looked at as if for the first time, of a project that could not do what they asked for.
UPDATE projects SET pulls_tag = NULL WHERE id = $1 AND pulls_error IS NOT NULL;

-- name: RecordPulls :exec
-- Writes that everything was done about an answer of GitHub's about pull requests; the tag is null where something was not. Does nothing where the
-- project's settings have changed since it was asked.
UPDATE projects SET pulls_tag = sqlc.narg(tag)::text, pulls_error = sqlc.narg(error)::text
WHERE id = @id AND pull_request_previews AND github_repository_id = @github_repository_id::uuid AND deleted_at IS NULL
  AND pulls_tag IS NOT DISTINCT FROM sqlc.narg(before) AND (pulls_tag, pulls_error) IS DISTINCT FROM (sqlc.narg(tag)::text, sqlc.narg(error)::text);
