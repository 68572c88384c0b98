-- name: ListBuildLogs :many
SELECT * FROM build_logs WHERE deployment_id = @deployment_id AND id > @after ORDER BY id LIMIT sqlc.arg(max_rows)::int;

-- name: ListRuntimeLogs :many
SELECT * FROM runtime_logs WHERE deployment_id = @deployment_id AND id > @after ORDER BY id LIMIT sqlc.arg(max_rows)::int;

-- name: LockRuntimeLog :exec
-- Lines of a deployment are stored by one writer at a time, so that their ids are committed in order.
SELECT pg_advisory_xact_lock(hashtextextended('zeitwork.runtime_logs:' || @deployment_id::text, 0));

-- name: AppendRuntimeLog :execrows
-- Stores the lines of one VM; those that are there already are passed over.
INSERT INTO runtime_logs (deployment_id, vm_id, sequence, stream, line, logged_at)
SELECT @deployment_id::uuid, @vm_id::uuid, unnest(@sequences::bigint[]), unnest(@streams::text[]), unnest(@lines::text[]),
  unnest(@logged_at::timestamptz[])
ON CONFLICT (vm_id, sequence) DO NOTHING;
