-- name: ListProjectsToPoll :many
-- Projects that deploy by themselves, or have previews, and whose repository was not looked at within the interval, longest ago first: those whose
-- last answer was trouble, or the others.
SELECT id, repository_url, branch, previews FROM projects
WHERE deleted_at IS NULL AND (auto_deploy OR previews <> 'off') AND (poll_error IS NOT NULL) = @troubled::boolean
  AND (polled_at IS NULL OR polled_at < now() - @every::interval)
ORDER BY polled_at NULLS FIRST
LIMIT 500;

-- name: RecordPoll :exec
-- Writes that a repository was looked at. poll_error is what could not be done about what was seen.
UPDATE projects SET polled_at = now(), poll_error = @poll_error WHERE id = @id;

-- name: RecordHead :exec
-- asked_ago is how long ago the repository was asked: since then the branch of the environment has pointed at the commit, if it did not before.
UPDATE environments
SET last_seen_commit = @last_seen_commit, last_seen_at = now() - @asked_ago::interval
WHERE id = @id AND last_seen_commit IS DISTINCT FROM @last_seen_commit;

-- name: RecordPollError :exec
UPDATE projects SET poll_error = @poll_error::text, polled_at = now() WHERE id = @id;
