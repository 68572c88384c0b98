-- name: ListBuildLogs :many
-- Rows are compared and ordered by deployment and id, though one deployment is asked for: Postgres then has no other way than the
-- index of these two. By id alone it may look through the lines of all deployments for the few of one that has been silent. For the same reason it
-- compares the organisation with that of the deployment: a condition on both may read all projects of the organisation.
SELECT * FROM build_logs
WHERE (build_logs.deployment_id, build_logs.id) > (@deployment_id::uuid, @after::bigint) AND (build_logs.deployment_id, build_logs.id) < (@deployment_id::uuid, @before_id::bigint)
  AND @organisation_id::uuid = (
    SELECT projects.organisation_id FROM deployments JOIN projects ON projects.id = deployments.project_id WHERE deployments.id = @deployment_id
  )
ORDER BY build_logs.deployment_id, build_logs.id LIMIT sqlc.arg(max_rows)::int;

-- name: ListBuildLogsBackwards :many
-- Newest first; compares and orders as ListBuildLogs does.
SELECT * FROM build_logs
WHERE (build_logs.deployment_id, build_logs.id) > (@deployment_id::uuid, @after::bigint) AND (build_logs.deployment_id, build_logs.id) < (@deployment_id::uuid, @before_id::bigint)
  AND @organisation_id::uuid = (
    SELECT projects.organisation_id FROM deployments JOIN projects ON projects.id = deployments.project_id WHERE deployments.id = @deployment_id
  )
ORDER BY build_logs.deployment_id DESC, build_logs.id DESC LIMIT sqlc.arg(max_rows)::int;

-- name: ListRuntimeLogs :many
-- Compares and orders as ListBuildLogs does.
SELECT * FROM runtime_logs
WHERE (runtime_logs.deployment_id, runtime_logs.id) > (@deployment_id::uuid, @after::bigint) AND (runtime_logs.deployment_id, runtime_logs.id) < (@deployment_id::uuid, @before_id::bigint)
  AND @organisation_id::uuid = (
    SELECT projects.organisation_id FROM deployments JOIN projects ON projects.id = deployments.project_id WHERE deployments.id = @deployment_id
  )
ORDER BY runtime_logs.deployment_id, runtime_logs.id LIMIT sqlc.arg(max_rows)::int;

-- name: ListRuntimeLogsBackwards :many
-- Newest first; compares and orders as ListBuildLogs does.
SELECT * FROM runtime_logs
WHERE (runtime_logs.deployment_id, runtime_logs.id) > (@deployment_id::uuid, @after::bigint) AND (runtime_logs.deployment_id, runtime_logs.id) < (@deployment_id::uuid, @before_id::bigint)
  AND @organisation_id::uuid = (
    SELECT projects.organisation_id FROM deployments JOIN projects ON projects.id = deployments.project_id WHERE deployments.id = @deployment_id
  )
ORDER BY runtime_logs.deployment_id DESC, runtime_logs.id DESC LIMIT sqlc.arg(max_rows)::int;

-- name: ListLogHeads :many
-- The newest deployments of a project, or of one environment of it, that had VMs, each with its oldest line between after and before_id, where it has one; the oldest of those
-- lines first.
SELECT logged.id AS deployment_id, head.id AS line_id
FROM (
  SELECT deployments.id FROM deployments
  WHERE deployments.project_id = @project_id AND EXISTS (SELECT FROM projects WHERE projects.id = @project_id AND projects.organisation_id = @organisation_id)
    AND deployments.step IN ('release', 'schedule', 'health_check', 'flip_route')
    AND (sqlc.narg(environment_id)::uuid IS NULL OR deployments.environment_id = sqlc.narg(environment_id))
  ORDER BY deployments.id DESC LIMIT sqlc.arg(most)::int
) AS logged CROSS JOIN LATERAL (
  SELECT runtime_logs.id FROM runtime_logs
  WHERE (runtime_logs.deployment_id, runtime_logs.id) > (logged.id, @after::bigint)
    AND (runtime_logs.deployment_id, runtime_logs.id) < (logged.id, @before_id::bigint)
  ORDER BY runtime_logs.deployment_id, runtime_logs.id LIMIT 1
) AS head
ORDER BY head.id;

-- name: ListLogTails :many
-- ListLogHeads from the other end: each with its newest line, the newest of those lines first.
SELECT logged.id AS deployment_id, tail.id AS line_id
FROM (
  SELECT deployments.id FROM deployments
  WHERE deployments.project_id = @project_id AND EXISTS (SELECT FROM projects WHERE projects.id = @project_id AND projects.organisation_id = @organisation_id)
    AND deployments.step IN ('release', 'schedule', 'health_check', 'flip_route')
    AND (sqlc.narg(environment_id)::uuid IS NULL OR deployments.environment_id = sqlc.narg(environment_id))
  ORDER BY deployments.id DESC LIMIT sqlc.arg(most)::int
) AS logged CROSS JOIN LATERAL (
  SELECT runtime_logs.id FROM runtime_logs
  WHERE (runtime_logs.deployment_id, runtime_logs.id) > (logged.id, @after::bigint)
    AND (runtime_logs.deployment_id, runtime_logs.id) < (logged.id, @before_id::bigint)
  ORDER BY runtime_logs.deployment_id DESC, runtime_logs.id DESC LIMIT 1
) AS tail
ORDER BY tail.id DESC;

-- name: LoggedVM :one
-- Whose log the lines of a VM belong to.
SELECT vms.deployment_id, deployments.project_id
FROM vms JOIN deployments ON deployments.id = vms.deployment_id JOIN projects ON projects.id = deployments.project_id
WHERE vms.id = @id AND projects.organisation_id = @organisation_id;

-- name: ListVMLogs :many
-- Lines of one VM. It stores them in the order of their sequence, so that their ids are in that order, too.
SELECT * FROM runtime_logs
WHERE runtime_logs.vm_id = @vm_id AND runtime_logs.sequence >= @from_sequence::bigint AND runtime_logs.sequence < @below_sequence::bigint
  AND @organisation_id::uuid = (
    SELECT projects.organisation_id
    FROM vms JOIN deployments ON deployments.id = vms.deployment_id JOIN projects ON projects.id = deployments.project_id WHERE vms.id = @vm_id
  )
ORDER BY runtime_logs.vm_id, runtime_logs.sequence LIMIT sqlc.arg(max_rows)::int;

-- name: ListVMLogsBackwards :many
-- Newest first.
SELECT * FROM runtime_logs
WHERE runtime_logs.vm_id = @vm_id AND runtime_logs.sequence >= @from_sequence::bigint AND runtime_logs.sequence < @below_sequence::bigint
  AND @organisation_id::uuid = (
    SELECT projects.organisation_id
    FROM vms JOIN deployments ON deployments.id = vms.deployment_id JOIN projects ON projects.id = deployments.project_id WHERE vms.id = @vm_id
  )
ORDER BY runtime_logs.vm_id DESC, runtime_logs.sequence DESC LIMIT sqlc.arg(max_rows)::int;

-- name: SequenceOfLine :one
-- The sequence of a line, if the VM wrote it.
SELECT runtime_logs.sequence FROM runtime_logs
WHERE runtime_logs.id = @id AND runtime_logs.vm_id = @vm_id
  AND @organisation_id::uuid = (
    SELECT projects.organisation_id
    FROM vms JOIN deployments ON deployments.id = vms.deployment_id JOIN projects ON projects.id = deployments.project_id WHERE vms.id = @vm_id
  );

-- name: LockRuntimeLog :exec
-- Lines of a project are stored by one writer at a time, so that their ids are committed in order. An api of the version before takes the lock
-- of the deployment alone.
SELECT pg_advisory_xact_lock(hashtextextended('zeitwork.project_logs:' || @project_id::text, 0)),
  pg_advisory_xact_lock(hashtextextended('zeitwork.runtime_logs:' || @deployment_id::text, 0));

-- name: AppendRuntimeLog :execrows
-- Stores the lines of one VM; those that are there already are passed over.
INSERT INTO runtime_logs (deployment_id, vm_id, sequence, stream, line, logged_at)
SELECT @deployment_id::uuid, @vm_id::uuid, unnest(@sequences::bigint[]), unnest(@streams::text[]), unnest(@lines::text[]),
  unnest(@logged_at::timestamptz[])
ON CONFLICT (vm_id, sequence) DO NOTHING;
