-- name: LockBuildLog :exec
-- Lines of a deployment are stored by one writer at a time, so that their ids are committed in order.
SELECT pg_advisory_xact_lock(hashtextextended('zeitwork.build_logs:' || @deployment_id::text, 0));

-- name: AppendBuildLog :exec
INSERT INTO build_logs (deployment_id, step, stream, line, logged_at)
SELECT @deployment_id::uuid, @step::text, unnest(@streams::text[]), unnest(@lines::text[]), unnest(@logged_at::timestamptz[]);
