-- name: LockBuildLog :exec
-- Lines of a deployment are stored by one writer at a time, so that their ids are committed in order.
SELECT pg_advisory_xact_lock(hashtextextended('zeitwork.build_logs:' || @deployment_id::text, 0));

-- name: AppendBuildLog :one
-- Stores lines behind the last one, and returns the id of that (0 where there is none). Nothing is stored where the last one has an id above
-- unless_above, or for an attempt that has been closed: another worker has the step.
WITH last AS MATERIALIZED (
  SELECT coalesce(max(build_logs.id), 0)::bigint AS id FROM build_logs WHERE build_logs.deployment_id = @deployment_id
), stored AS (
  INSERT INTO build_logs (deployment_id, step, stream, line, logged_at)
  SELECT @deployment_id::uuid, @step::text, unnest(@streams::text[]), unnest(@lines::text[]), unnest(@logged_at::timestamptz[])
  FROM last
  WHERE last.id <= @unless_above::bigint
    AND EXISTS (SELECT FROM deployment_steps WHERE deployment_steps.id = @attempt_id AND deployment_steps.state = 'running')
)
SELECT last.id FROM last;
