-- name: LockBuildLog :exec
-- Lines of a deployment are stored by one writer at a time, so that their ids are committed in order.
SELECT pg_advisory_xact_lock(hashtextextended('zeitwork.build_logs:' || @deployment_id::text, 0));

-- name: AppendBuildLog :one
-- Stores lines behind the last one, and returns the id of that (0 where there is none). Nothing is stored where the last one has an id above
-- unless_above, or for an attempt that has been closed: another worker has the step. A group_number of 0 stands for none. Lines of one group
-- that stand together become a run, or continue the one that the log has ended with.
WITH last AS MATERIALIZED (
  SELECT coalesce(max(build_logs.id), 0)::bigint AS id FROM build_logs WHERE build_logs.deployment_id = @deployment_id
), written AS (
  SELECT unnest(@streams::text[]) AS stream, unnest(@lines::text[]) AS line, unnest(@logged_at::timestamptz[]) AS logged_at,
    unnest(@group_numbers::integer[]) AS group_number, unnest(@missing::integer[]) AS missing
), stored AS (
  INSERT INTO build_logs (deployment_id, step, stream, line, logged_at, group_number, missing)
  SELECT @deployment_id::uuid, @step::text, written.stream, written.line, written.logged_at, nullif(written.group_number, 0), coalesce(written.missing, 0)
  FROM last, written
  WHERE last.id <= @unless_above::bigint
    AND EXISTS (SELECT FROM deployment_steps WHERE deployment_steps.id = @attempt_id AND deployment_steps.state = 'running')
  RETURNING build_logs.number, build_logs.group_number
), runs AS MATERIALIZED (
  SELECT together.group_number, min(together.number)::integer AS first_line, max(together.number)::integer AS last_line
  FROM (
    SELECT stored.number, stored.group_number, stored.number - row_number() OVER (PARTITION BY stored.group_number ORDER BY stored.number) AS island
    FROM stored WHERE stored.group_number IS NOT NULL
  ) AS together
  GROUP BY together.group_number, together.island
), ending AS MATERIALIZED (
  SELECT build_log_runs.first_line, build_log_runs.last_line, build_log_runs.group_number FROM build_log_runs
  WHERE build_log_runs.deployment_id = @deployment_id ORDER BY build_log_runs.first_line DESC LIMIT 1
), continued AS (
  UPDATE build_log_runs SET last_line = runs.last_line
  FROM runs JOIN ending ON ending.group_number = runs.group_number AND ending.last_line = runs.first_line - 1
  WHERE build_log_runs.deployment_id = @deployment_id AND build_log_runs.first_line = ending.first_line
  RETURNING runs.first_line
), begun AS (
  INSERT INTO build_log_runs (deployment_id, first_line, last_line, group_number)
  SELECT @deployment_id::uuid, runs.first_line, runs.last_line, runs.group_number FROM runs
  WHERE runs.first_line NOT IN (SELECT continued.first_line FROM continued)
)
SELECT last.id FROM last;

-- name: LastBuildLogGroup :one
-- The number of the newest group of a deployment, and 0 where it has none.
SELECT coalesce(max(build_log_groups.number), 0)::integer AS number FROM build_log_groups WHERE build_log_groups.deployment_id = @deployment_id;

-- name: PutBuildLogGroups :exec
-- Stores how groups of an attempt stand, unless the attempt has been closed.
INSERT INTO build_log_groups (deployment_id, attempt_id, number, name, state, error, started_at, ended_at)
SELECT @deployment_id::uuid, @attempt_id::uuid, told.number, told.name, told.state, told.error, told.started_at, told.ended_at
FROM jsonb_to_recordset(@groups::jsonb) AS told(number integer, name text, state text, error text, started_at timestamptz, ended_at timestamptz)
WHERE EXISTS (SELECT FROM deployment_steps WHERE deployment_steps.id = @attempt_id AND deployment_steps.state = 'running')
ON CONFLICT (deployment_id, number) DO UPDATE SET state = excluded.state, error = excluded.error, ended_at = excluded.ended_at;

-- name: NumberBuildLog :exec
-- Numbers lines that are older than the numbers. The log is locked.
SELECT number_build_log(@deployment_id::uuid);
