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
-- How many jobs were given up since then, by kind, most jobs at the most. A job whose worker died was put in another one's hands: it does not count. One that
-- comes back by the clock is mended once a later one of its kind has ended well, and counts where two in turn have failed. Kinds that have another name by now
-- count with those of that name.
WITH periodic AS (
  SELECT unnest(@periodic_kinds::text[]) AS kind, unnest(@periodic_names::text[]) AS name
), recent AS (
  SELECT coalesce(periodic.name, job.kind) AS kind, periodic.name IS NOT NULL AS is_periodic, job.finalized_at,
    left(coalesce(job.errors[array_upper(job.errors, 1)] ->> 'error', ''), 200) AS error
  FROM (
    SELECT given_up.kind, given_up.finalized_at, given_up.errors FROM river.river_job AS given_up
    WHERE given_up.state = 'discarded' AND given_up.finalized_at > now() - @within::interval
    ORDER BY given_up.finalized_at DESC LIMIT sqlc.arg(most)::int
  ) AS job LEFT JOIN periodic ON periodic.kind = job.kind
), well AS (
  SELECT failing.kind, (
    SELECT max(done.finalized_at) FROM river.river_job AS done WHERE done.kind = failing.kind AND done.state = 'completed'
  ) AS since FROM (SELECT DISTINCT recent.kind FROM recent WHERE recent.is_periodic) AS failing
)
SELECT recent.kind::text AS kind, recent.is_periodic::boolean AS is_periodic, count(*) AS jobs, max(recent.error)::text AS error
FROM recent LEFT JOIN well ON well.kind = recent.kind
WHERE recent.error <> 'the worker died' AND (well.since IS NULL OR recent.finalized_at > well.since)
GROUP BY recent.kind, recent.is_periodic
HAVING count(*) > CASE WHEN recent.is_periodic THEN 1 ELSE 0 END
ORDER BY jobs DESC, recent.kind LIMIT 50;

-- name: CountFailingCertificates :one
-- How many certificates of custom domains expire soon, as their renewal fails.
SELECT count(*) FROM certificates WHERE domain_id IS NOT NULL AND not_after < now() + @soon::interval AND problem IS NOT NULL;
