-- name: EdgeRegion :one
SELECT edges.region FROM edges WHERE edges.id = $1;

-- name: ListRequestOrigins :many
-- Whose the deployments are of which requests are kept.
SELECT deployments.id, deployments.project_id, deployments.environment_id, projects.organisation_id
FROM deployments JOIN projects ON projects.id = deployments.project_id
WHERE deployments.id = ANY(@ids::uuid[]) AND projects.record_requests AND projects.deleted_at IS NULL;

-- name: LockRequestLogs :exec
-- Requests of a project are stored by one writer at a time, so that their numbers are committed in order. The ids are sorted: writers of several
-- projects never wait for each other in a circle.
SELECT pg_advisory_xact_lock(hashtextextended('zeitwork.request_logs:' || unnest(@project_ids::uuid[])::text, 0));

-- name: AppendRequestLogs :execrows
-- Stores requests whose projects are locked. Those that are there already are passed over; to what an organisation was over its quota in a minute,
-- more is added. A project whose requests are not kept any more is left out.
INSERT INTO request_logs (
  project_id, at, id, kind, environment_id, deployment_id, vm_id, region, method, host, path, status, duration_us, first_byte_us, bytes_out, attempts,
  interrupted, request_id, dropped
)
SELECT shipped.project_id, shipped.at, shipped.id, shipped.kind, shipped.environment_id, shipped.deployment_id,
  nullif(shipped.vm_id, '00000000-0000-0000-0000-000000000000'), @region::text, shipped.method, shipped.host, shipped.path, shipped.status, shipped.duration_us,
  shipped.first_byte_us, shipped.bytes_out, shipped.attempts, shipped.interrupted, shipped.request_id, shipped.dropped
FROM (
  SELECT unnest(@project_ids::uuid[]) AS project_id, unnest(@at::timestamptz[]) AS at, unnest(@ids::uuid[]) AS id, unnest(@kinds::text[]) AS kind,
    unnest(@environment_ids::uuid[]) AS environment_id, unnest(@deployment_ids::uuid[]) AS deployment_id, unnest(@vm_ids::uuid[]) AS vm_id,
    unnest(@methods::text[]) AS method, unnest(@hosts::text[]) AS host, unnest(@paths::text[]) AS path, unnest(@statuses::int[]) AS status,
    unnest(@durations::bigint[]) AS duration_us, unnest(@first_bytes::bigint[]) AS first_byte_us, unnest(@bytes_out::bigint[]) AS bytes_out,
    unnest(@attempts::int[]) AS attempts, unnest(@interrupted::boolean[]) AS interrupted, unnest(@request_ids::text[]) AS request_id,
    unnest(@dropped::bigint[]) AS dropped
) AS shipped
WHERE EXISTS (SELECT FROM projects WHERE projects.id = shipped.project_id AND projects.record_requests)
ORDER BY shipped.at, shipped.id
ON CONFLICT (project_id, at, id) DO UPDATE SET dropped = request_logs.dropped + excluded.dropped, number = excluded.number
  WHERE request_logs.kind = 'over_quota';

-- name: ListRequestLogs :many
-- Newest first; none of a project that keeps none, as in all queries that read them: some may be left that are yet to be deleted. The bounds of at stand beside that of the pair for partitions outside of them not to be read.
SELECT * FROM request_logs
WHERE request_logs.project_id = @project_id
  AND @organisation_id::uuid = (SELECT projects.organisation_id FROM projects WHERE projects.id = @project_id AND projects.record_requests)
  AND request_logs.at >= @since::timestamptz AND request_logs.at <= @until::timestamptz
  AND (request_logs.at, request_logs.id) < (@before_at::timestamptz, @before_id::uuid)
  AND (sqlc.narg(environment_id)::uuid IS NULL OR request_logs.environment_id = sqlc.narg(environment_id))
  AND (sqlc.narg(deployment_id)::uuid IS NULL OR request_logs.deployment_id = sqlc.narg(deployment_id))
  AND (NOT @chosen::boolean OR (
    request_logs.kind = 'request' AND (sqlc.narg(vm_id)::uuid IS NULL OR request_logs.vm_id = sqlc.narg(vm_id))
    AND request_logs.status BETWEEN @status_from::int AND @status_to::int AND @method::text IN ('', request_logs.method)
    AND strpos(request_logs.path, @path_part::text) > 0 AND request_logs.duration_us >= @slower_than::bigint
  ))
ORDER BY request_logs.at DESC, request_logs.id DESC LIMIT sqlc.arg(max_rows)::int;

-- name: LastRequestNumber :one
-- The number of the row of a project that was stored last; no row where none was.
SELECT request_logs.number FROM request_logs
WHERE request_logs.project_id = @project_id
  AND @organisation_id::uuid = (SELECT projects.organisation_id FROM projects WHERE projects.id = @project_id AND projects.record_requests)
ORDER BY request_logs.number DESC LIMIT 1;

-- name: ListArrivedRequestLogs :many
-- In the order in which they were stored; the filter is that of ListRequestLogs.
SELECT * FROM request_logs
WHERE request_logs.project_id = @project_id
  AND @organisation_id::uuid = (SELECT projects.organisation_id FROM projects WHERE projects.id = @project_id AND projects.record_requests)
  AND request_logs.at >= @since::timestamptz AND request_logs.number > @after::bigint AND request_logs.number <= @until::bigint
  AND (sqlc.narg(environment_id)::uuid IS NULL OR request_logs.environment_id = sqlc.narg(environment_id))
  AND (sqlc.narg(deployment_id)::uuid IS NULL OR request_logs.deployment_id = sqlc.narg(deployment_id))
  AND (NOT @chosen::boolean OR (
    request_logs.kind = 'request' AND (sqlc.narg(vm_id)::uuid IS NULL OR request_logs.vm_id = sqlc.narg(vm_id))
    AND request_logs.status BETWEEN @status_from::int AND @status_to::int AND @method::text IN ('', request_logs.method)
    AND strpos(request_logs.path, @path_part::text) > 0 AND request_logs.duration_us >= @slower_than::bigint
  ))
ORDER BY request_logs.number LIMIT sqlc.arg(max_rows)::int;

-- name: ListArrivedRequestLogsBackwards :many
-- What was stored last comes first; the filter is that of ListRequestLogs.
SELECT * FROM request_logs
WHERE request_logs.project_id = @project_id
  AND @organisation_id::uuid = (SELECT projects.organisation_id FROM projects WHERE projects.id = @project_id AND projects.record_requests)
  AND request_logs.at >= @since::timestamptz AND request_logs.number > @after::bigint AND request_logs.number <= @until::bigint
  AND (sqlc.narg(environment_id)::uuid IS NULL OR request_logs.environment_id = sqlc.narg(environment_id))
  AND (sqlc.narg(deployment_id)::uuid IS NULL OR request_logs.deployment_id = sqlc.narg(deployment_id))
  AND (NOT @chosen::boolean OR (
    request_logs.kind = 'request' AND (sqlc.narg(vm_id)::uuid IS NULL OR request_logs.vm_id = sqlc.narg(vm_id))
    AND request_logs.status BETWEEN @status_from::int AND @status_to::int AND @method::text IN ('', request_logs.method)
    AND strpos(request_logs.path, @path_part::text) > 0 AND request_logs.duration_us >= @slower_than::bigint
  ))
ORDER BY request_logs.number DESC LIMIT sqlc.arg(max_rows)::int;

-- name: ForgetRequestLogs :execrows
-- Deletes requests of a project that keeps none, but no more than a batch. Those that somebody else is deleting are passed over.
WITH batch AS MATERIALIZED (
  SELECT request_logs.at, request_logs.id FROM request_logs
  WHERE request_logs.project_id = @project_id
    AND @organisation_id::uuid = (SELECT projects.organisation_id FROM projects WHERE projects.id = @project_id AND NOT projects.record_requests)
  ORDER BY request_logs.at, request_logs.id LIMIT 10000 FOR UPDATE SKIP LOCKED
)
DELETE FROM request_logs USING batch
WHERE request_logs.project_id = @project_id AND request_logs.at = batch.at AND request_logs.id = batch.id;

-- name: HasRequestLogs :one
-- Whether there are requests of a project, shown or not.
SELECT EXISTS (
  SELECT FROM request_logs
  WHERE request_logs.project_id = @project_id
    AND @organisation_id::uuid = (SELECT projects.organisation_id FROM projects WHERE projects.id = @project_id)
)::boolean AS has;
