-- name: ShowWorker :exec
-- Says that a worker lives, what its clock says, and what it knows of its BuildKit.
INSERT INTO workers (
  id, name, version, slots, buildkit_address, buildkit_version, buildkit_disk_bytes, buildkit_error, buildkit_seen_at, clock_ahead_ms,
  builders
)
VALUES (
  @id, @name, @version, @slots, @buildkit_address, sqlc.narg(buildkit_version), sqlc.narg(buildkit_disk_bytes), sqlc.narg(buildkit_error),
  sqlc.narg(buildkit_seen_at), greatest(least(extract(epoch FROM sqlc.arg(said_at)::timestamptz - now()) * 1000, 2e9), -2e9)::int,
  sqlc.narg(builders)::jsonb
)
ON CONFLICT (id) DO UPDATE SET
  last_seen_at = now(), clock_ahead_ms = excluded.clock_ahead_ms, buildkit_version = excluded.buildkit_version, buildkit_disk_bytes = excluded.buildkit_disk_bytes,
  buildkit_error = excluded.buildkit_error, buildkit_seen_at = excluded.buildkit_seen_at, builders = excluded.builders;

-- name: DeleteWorker :exec
-- Takes a worker that has stopped out of the list.
DELETE FROM workers WHERE id = $1;

-- name: DeleteSilentWorkers :exec
-- Takes those out of the list that died and of which nothing has been heard for so long.
DELETE FROM workers WHERE last_seen_at < now() - @silent_for::interval;

-- name: ListWorkers :many
-- The workers, oldest first, with whether each has shown within the time that it lives.
SELECT sqlc.embed(workers), (workers.last_seen_at > now() - @seen_within::interval)::boolean AS in_touch
FROM workers WHERE workers.id > @after ORDER BY workers.id LIMIT sqlc.arg(max_rows)::int;
