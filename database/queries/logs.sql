-- name: ListBuildLogs :many
-- Rows are compared and ordered by deployment and id, though one deployment is asked for: Postgres then has no other way than the
-- index of these two. By id alone it may look through the lines of all deployments for the few of one that has been silent.
SELECT * FROM build_logs
WHERE (deployment_id, id) > (@deployment_id::uuid, @after::bigint) AND (deployment_id, id) <= (@deployment_id::uuid, 9223372036854775807)
ORDER BY deployment_id, id LIMIT sqlc.arg(max_rows)::int;

-- name: ListRuntimeLogs :many
-- Compares and orders as ListBuildLogs does.
SELECT * FROM runtime_logs
WHERE (deployment_id, id) > (@deployment_id::uuid, @after::bigint) AND (deployment_id, id) <= (@deployment_id::uuid, 9223372036854775807)
ORDER BY deployment_id, id LIMIT sqlc.arg(max_rows)::int;

-- name: LockRuntimeLog :exec
-- Lines of a deployment are stored by one writer at a time, so that their ids are committed in order.
SELECT pg_advisory_xact_lock(hashtextextended('zeitwork.runtime_logs:' || @deployment_id::text, 0));

-- name: AppendRuntimeLog :execrows
-- Stores the lines of one VM; those that are there already are passed over.
INSERT INTO runtime_logs (deployment_id, vm_id, sequence, stream, line, logged_at)
SELECT @deployment_id::uuid, @vm_id::uuid, unnest(@sequences::bigint[]), unnest(@streams::text[]), unnest(@lines::text[]),
  unnest(@logged_at::timestamptz[])
ON CONFLICT (vm_id, sequence) DO NOTHING;
