-- name: ListProjectsToPoll :many
-- Projects that deploy by themselves and whose repository was not looked at within the interval, longest ago first: those whose last answer was
-- trouble, or the others.
SELECT id, repository_url, branch FROM projects
WHERE deleted_at IS NULL AND auto_deploy AND (poll_error IS NOT NULL) = @troubled::boolean AND (polled_at IS NULL OR polled_at < now() - @every::interval)
ORDER BY polled_at NULLS FIRST
LIMIT 500;

-- name: RecordPoll :exec
-- asked_ago is how long ago the repository was asked: since then it has pointed at the commit, if it did not before.
UPDATE projects
SET last_seen_commit = @last_seen_commit, polled_at = now(), poll_error = NULL,
  last_seen_at = CASE WHEN last_seen_commit IS DISTINCT FROM @last_seen_commit THEN now() - @asked_ago::interval ELSE last_seen_at END
WHERE id = @id;

-- name: RecordPollError :exec
UPDATE projects SET poll_error = @poll_error::text, polled_at = now() WHERE id = @id;
