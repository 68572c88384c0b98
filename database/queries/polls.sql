-- name: ListProjectsToPoll :many
-- Projects whose repository is to be looked at, the longest due first: those whose last answer was trouble, or the others. They deploy by themselves, or
-- have previews, and their repository is not one that the GitHub App reaches.
SELECT * FROM projects
WHERE deleted_at IS NULL AND github_repository_id IS NULL AND (auto_deploy OR previews <> 'off') AND (poll_error IS NOT NULL) = @troubled::boolean
  AND (poll_due_at IS NULL OR poll_due_at <= @now::timestamptz)
ORDER BY poll_due_at NULLS FIRST
LIMIT 500;

-- name: RecordPoll :exec
-- Writes that a repository was looked at. poll_error is what could not be done about what was seen.
UPDATE projects SET polled_at = now(), poll_error = @poll_error WHERE id = @id;

-- name: RecordPollDue :exec
-- Writes when the repository of a project is to be looked at again.
UPDATE projects SET poll_due_at = @poll_due_at WHERE id = @id;

-- name: RecordActivity :exec
-- Writes that a push was seen.
UPDATE projects SET active_at = @active_at WHERE id = @id;

-- name: RequestPoll :exec
-- Has the repository of a project looked at as soon as possible. An installation that is looked at every few seconds is not looked at more often; one at
-- which nobody has looked yet, because it had no projects, is due at once.
WITH project AS (
  UPDATE projects SET polled_at = NULL, poll_due_at = NULL
  WHERE projects.id = @id AND projects.organisation_id = @organisation_id
  RETURNING projects.github_repository_id
)
UPDATE github_installations SET poll_due_at = github_installations.polled_at + @at_least::interval
FROM project JOIN github_repositories ON github_repositories.id = project.github_repository_id
WHERE github_installations.id = github_repositories.installation_id
  AND (github_installations.polled_at IS NULL OR github_installations.poll_due_at > github_installations.polled_at + @at_least::interval);

-- name: RecordHead :exec
-- asked_ago is how long ago the repository was asked: since then the branch of the environment has pointed at the commit, if it did not before.
UPDATE environments
SET last_seen_commit = @last_seen_commit, last_seen_at = now() - @asked_ago::interval
WHERE id = @id AND last_seen_commit IS DISTINCT FROM @last_seen_commit;

-- name: RecordPollError :exec
UPDATE projects SET poll_error = @poll_error::text, polled_at = now() WHERE id = @id;
