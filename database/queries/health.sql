-- name: RecordBackup :exec
-- Writes that a backup was made, in the place of the one before at the same target.
INSERT INTO backups (target, name, snapshot_at, bytes) VALUES (@target, @name, @snapshot_at, @bytes)
ON CONFLICT (target) DO UPDATE SET
  name = excluded.name, snapshot_at = excluded.snapshot_at, bytes = excluded.bytes, made_at = now();

-- name: NewestBackup :one
SELECT * FROM backups ORDER BY snapshot_at DESC LIMIT 1;

-- name: DatabaseHealth :one
-- How the database server is: its clock, the size of the database, how many of its connections are taken, and how long its oldest transaction is open. Of
-- the sessions of other users that one may not be told.
SELECT clock_timestamp()::timestamptz AS clock, pg_database_size(current_database())::bigint AS bytes,
  (SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE backend_type = 'client backend')::bigint AS connections,
  current_setting('max_connections')::int AS max_connections,
  coalesce((
    SELECT max(extract(epoch FROM now() - xact_start)) FROM pg_catalog.pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'
  ), 0)::float8 AS oldest_transaction_seconds;

-- name: CountDiscardedJobs :many
-- How many jobs were given up since then, by kind, most jobs at the most. A job whose worker died was put in another one's hands: it does not count.
SELECT recent.kind, count(*) AS jobs, max(recent.error)::text AS error FROM (
  SELECT job.kind, left(coalesce(job.errors[array_upper(job.errors, 1)] ->> 'error', ''), 200) AS error FROM river.river_job AS job
  WHERE job.state = 'discarded' AND job.finalized_at > now() - @within::interval
  ORDER BY job.finalized_at DESC LIMIT sqlc.arg(most)::int
) AS recent
WHERE recent.error <> 'the worker died'
GROUP BY recent.kind ORDER BY jobs DESC, recent.kind LIMIT 20;

-- name: CountFailingCertificates :one
-- How many certificates of custom domains expire soon, as their renewal fails.
SELECT count(*) FROM certificates WHERE domain_id IS NOT NULL AND not_after < now() + @soon::interval AND problem IS NOT NULL;
