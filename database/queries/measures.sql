-- name: AcceptReport :one
-- Notes that a report of measures is being counted, and returns when. No row where it was counted before: a run counts its reports up.
INSERT INTO report_runs (reporter_id, run_id, sequence) VALUES (@reporter_id, @run_id, @sequence)
ON CONFLICT (reporter_id, run_id) DO UPDATE SET sequence = excluded.sequence, reported_at = excluded.reported_at
WHERE report_runs.sequence < excluded.sequence
RETURNING reported_at;

-- name: ListRoutedDeployments :many
-- Those of the deployments that have been routed, as edges count for no others.
SELECT id, project_id, environment_id FROM deployments WHERE id = ANY (@ids::uuid[]) AND route_version IS NOT NULL;

-- name: ListMeasuredVMs :many
-- Those of the VMs that are a node's.
SELECT vms.id, vms.deployment_id, deployments.project_id, deployments.environment_id
FROM vms JOIN deployments ON deployments.id = vms.deployment_id
WHERE vms.node_id = @node_id AND vms.id = ANY (@ids::uuid[]);

-- name: AddTraffic :exec
-- Adds to the rows of minutes, hours and days, of which each stands there once. Everybody locks them in the order of their keys.
-- A number that would be more than fits stays at the most that does.
INSERT INTO traffic AS stored (
  step_seconds, project_id, starts_at, deployment_id, environment_id,
  informational, successful, redirected, client_errors, server_errors, aborted, latency, bytes_in, bytes_out, in_flight
)
SELECT added.step_seconds, added.project_id, added.starts_at, added.deployment_id, added.environment_id,
  added.informational, added.successful, added.redirected, added.client_errors, added.server_errors, added.aborted,
  added.latency::bigint[], added.bytes_in, added.bytes_out, added.in_flight
FROM (
  SELECT unnest(@step_seconds::int[]) AS step_seconds, unnest(@project_ids::uuid[]) AS project_id, unnest(@starts_at::timestamptz[]) AS starts_at,
    unnest(@deployment_ids::uuid[]) AS deployment_id, unnest(@environment_ids::uuid[]) AS environment_id,
    unnest(@informational::bigint[]) AS informational, unnest(@successful::bigint[]) AS successful, unnest(@redirected::bigint[]) AS redirected,
    unnest(@client_errors::bigint[]) AS client_errors, unnest(@server_errors::bigint[]) AS server_errors, unnest(@aborted::bigint[]) AS aborted,
    unnest(@latencies::text[]) AS latency,
    unnest(@bytes_in::bigint[]) AS bytes_in, unnest(@bytes_out::bigint[]) AS bytes_out, unnest(@in_flight::bigint[]) AS in_flight
) AS added
ORDER BY added.step_seconds, added.project_id, added.starts_at, added.deployment_id
ON CONFLICT (step_seconds, project_id, starts_at, deployment_id) DO UPDATE SET
  informational = bounded_count(stored.informational::numeric + excluded.informational),
  successful = bounded_count(stored.successful::numeric + excluded.successful),
  redirected = bounded_count(stored.redirected::numeric + excluded.redirected),
  client_errors = bounded_count(stored.client_errors::numeric + excluded.client_errors),
  server_errors = bounded_count(stored.server_errors::numeric + excluded.server_errors),
  aborted = bounded_count(stored.aborted::numeric + excluded.aborted),
  latency = add_counts(stored.latency, excluded.latency),
  bytes_in = bounded_count(stored.bytes_in::numeric + excluded.bytes_in),
  bytes_out = bounded_count(stored.bytes_out::numeric + excluded.bytes_out),
  in_flight = greatest(stored.in_flight, excluded.in_flight);

-- name: AddUsage :exec
-- As AddTraffic.
INSERT INTO usage AS stored (
  step_seconds, project_id, starts_at, deployment_id, vm_id, environment_id,
  measured_millis, cpu_micros, memory_byte_seconds, memory_max_bytes, received_bytes, sent_bytes, restarts
)
SELECT added.step_seconds, added.project_id, added.starts_at, added.deployment_id, added.vm_id, added.environment_id,
  added.measured_millis, added.cpu_micros, added.memory_byte_seconds, added.memory_max_bytes, added.received_bytes, added.sent_bytes, added.restarts
FROM (
  SELECT unnest(@step_seconds::int[]) AS step_seconds, unnest(@project_ids::uuid[]) AS project_id, unnest(@starts_at::timestamptz[]) AS starts_at,
    unnest(@deployment_ids::uuid[]) AS deployment_id, unnest(@vm_ids::uuid[]) AS vm_id, unnest(@environment_ids::uuid[]) AS environment_id,
    unnest(@measured_millis::bigint[]) AS measured_millis, unnest(@cpu_micros::bigint[]) AS cpu_micros,
    unnest(@memory_byte_seconds::bigint[]) AS memory_byte_seconds, unnest(@memory_max_bytes::bigint[]) AS memory_max_bytes,
    unnest(@received_bytes::bigint[]) AS received_bytes, unnest(@sent_bytes::bigint[]) AS sent_bytes, unnest(@restarts::bigint[]) AS restarts
) AS added
ORDER BY added.step_seconds, added.project_id, added.starts_at, added.deployment_id, added.vm_id
ON CONFLICT (step_seconds, project_id, starts_at, deployment_id, vm_id) DO UPDATE SET
  measured_millis = bounded_count(stored.measured_millis::numeric + excluded.measured_millis),
  cpu_micros = bounded_count(stored.cpu_micros::numeric + excluded.cpu_micros),
  memory_byte_seconds = bounded_count(stored.memory_byte_seconds::numeric + excluded.memory_byte_seconds),
  memory_max_bytes = greatest(stored.memory_max_bytes, excluded.memory_max_bytes),
  received_bytes = bounded_count(stored.received_bytes::numeric + excluded.received_bytes),
  sent_bytes = bounded_count(stored.sent_bytes::numeric + excluded.sent_bytes),
  restarts = bounded_count(stored.restarts::numeric + excluded.restarts);

-- name: SumTraffic :many
-- The traffic of a project by steps that are a multiple of the step that is read. Steps in which nothing was reported have no row.
SELECT date_bin(@every::interval, traffic.starts_at, @since::timestamptz)::timestamptz AS begins_at,
  bounded_count(sum(informational))::bigint AS informational, bounded_count(sum(successful))::bigint AS successful, bounded_count(sum(redirected))::bigint AS redirected,
  bounded_count(sum(client_errors))::bigint AS client_errors, bounded_count(sum(server_errors))::bigint AS server_errors, bounded_count(sum(aborted))::bigint AS aborted,
  ARRAY[bounded_count(sum(latency[1])), bounded_count(sum(latency[2])), bounded_count(sum(latency[3])), bounded_count(sum(latency[4])), bounded_count(sum(latency[5])), bounded_count(sum(latency[6])),
    bounded_count(sum(latency[7])), bounded_count(sum(latency[8])), bounded_count(sum(latency[9])), bounded_count(sum(latency[10])), bounded_count(sum(latency[11])), bounded_count(sum(latency[12])),
    bounded_count(sum(latency[13])), bounded_count(sum(latency[14])), bounded_count(sum(latency[15])), bounded_count(sum(latency[16])), bounded_count(sum(latency[17]))]::bigint[] AS latency,
  bounded_count(sum(bytes_in))::bigint AS bytes_in, bounded_count(sum(bytes_out))::bigint AS bytes_out, max(in_flight)::bigint AS in_flight
FROM traffic
WHERE traffic.step_seconds = @step_seconds AND traffic.project_id = @project_id
  AND @organisation_id::uuid = (SELECT projects.organisation_id FROM projects WHERE projects.id = @project_id)
  AND traffic.starts_at >= @since AND traffic.starts_at < @until::timestamptz
  AND (sqlc.narg(environment_id)::uuid IS NULL OR traffic.environment_id = sqlc.narg(environment_id))
  AND (sqlc.narg(deployment_id)::uuid IS NULL OR traffic.deployment_id = sqlc.narg(deployment_id))
GROUP BY begins_at ORDER BY begins_at;

-- name: SumUsage :many
-- As SumTraffic, for what its VMs used.
SELECT date_bin(@every::interval, usage.starts_at, @since::timestamptz)::timestamptz AS begins_at,
  bounded_count(sum(measured_millis))::bigint AS measured_millis, bounded_count(sum(cpu_micros))::bigint AS cpu_micros,
  bounded_count(sum(memory_byte_seconds))::bigint AS memory_byte_seconds, max(memory_max_bytes)::bigint AS memory_max_bytes,
  bounded_count(sum(received_bytes))::bigint AS received_bytes, bounded_count(sum(sent_bytes))::bigint AS sent_bytes, bounded_count(sum(restarts))::bigint AS restarts
FROM usage
WHERE usage.step_seconds = @step_seconds AND usage.project_id = @project_id
  AND @organisation_id::uuid = (SELECT projects.organisation_id FROM projects WHERE projects.id = @project_id)
  AND usage.starts_at >= @since AND usage.starts_at < @until::timestamptz
  AND (sqlc.narg(environment_id)::uuid IS NULL OR usage.environment_id = sqlc.narg(environment_id))
  AND (sqlc.narg(deployment_id)::uuid IS NULL OR usage.deployment_id = sqlc.narg(deployment_id))
GROUP BY begins_at ORDER BY begins_at;

-- name: ListMeasureMarks :many
-- The newest deployments of a project that went live within a time, newest first. Those that were made before made_after are left out: a deployment waits
-- longer than that only where somebody has pinned its environment.
SELECT deployments.id, deployments.environment_id, deployments.state, deployments.commit_sha, deployments.ended_at
FROM deployments
WHERE deployments.project_id = @project_id
  AND @organisation_id::uuid = (SELECT projects.organisation_id FROM projects WHERE projects.id = @project_id)
  AND deployments.id >= @made_after AND deployments.route_version IS NOT NULL AND deployments.state IN ('live', 'retired')
  AND deployments.ended_at >= @since::timestamptz AND deployments.ended_at < @until::timestamptz
  AND (sqlc.narg(environment_id)::uuid IS NULL OR deployments.environment_id = sqlc.narg(environment_id))
  AND (sqlc.narg(deployment_id)::uuid IS NULL OR deployments.id = sqlc.narg(deployment_id))
ORDER BY deployments.id DESC LIMIT sqlc.arg(max_rows)::int;

-- name: NewestMeasuredVM :one
-- What the newest VM of a project may use, of those that serve.
SELECT vms.cpu_millis, vms.memory_bytes
FROM deployments JOIN vms ON vms.deployment_id = deployments.id
WHERE deployments.project_id = @project_id
  AND @organisation_id::uuid = (SELECT projects.organisation_id FROM projects WHERE projects.id = @project_id)
  AND vms.kind = 'app'
  AND (sqlc.narg(environment_id)::uuid IS NULL OR deployments.environment_id = sqlc.narg(environment_id))
  AND (sqlc.narg(deployment_id)::uuid IS NULL OR deployments.id = sqlc.narg(deployment_id))
ORDER BY deployments.id DESC, vms.id DESC LIMIT 1;

-- name: MakeMeasurePartitions :one
SELECT make_measure_partitions(@seen_at)::bigint;

-- name: WaitBrieflyForLocks :exec
-- Has the transaction give up where a lock cannot be had at once: whatever came after would wait behind it.
SELECT set_config('lock_timeout', '500ms', true);

-- name: DropMeasurePartitions :one
SELECT drop_measure_partitions(@seen_at)::bigint;

-- name: ForgetReportRuns :execrows
-- Forgets the runs that ended long ago: none repeats a report any more.
DELETE FROM report_runs WHERE reported_at < now() - @kept::interval;
