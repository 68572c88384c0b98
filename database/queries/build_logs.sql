-- name: LockBuildLog :exec
-- Lines of a deployment are stored by one writer at a time, so that their ids are committed in order.
SELECT pg_advisory_xact_lock(hashtextextended('zeitwork.build_logs:' || @deployment_id::text, 0));

-- name: AppendBuildLog :exec
-- Lines of an attempt that has been closed are not stored: another worker has the step.
INSERT INTO build_logs (deployment_id, step, stream, line, logged_at)
SELECT @deployment_id::uuid, @step::text, unnest(@streams::text[]), unnest(@lines::text[]), unnest(@logged_at::timestamptz[])
WHERE EXISTS (SELECT FROM deployment_steps WHERE deployment_steps.id = @attempt_id AND deployment_steps.state = 'running');
