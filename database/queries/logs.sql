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

-- name: ListBuildLogTexts :many
-- Lines by their numbers, and nothing of them but the text; compares and orders as ListBuildLogs does.
SELECT build_logs.number::integer AS number, build_logs.line FROM build_logs
WHERE (build_logs.deployment_id, build_logs.number) >= (@deployment_id::uuid, @from_number::integer)
  AND (build_logs.deployment_id, build_logs.number) < (@deployment_id::uuid, @below_number::integer)
  AND @organisation_id::uuid = (
    SELECT projects.organisation_id FROM deployments JOIN projects ON projects.id = deployments.project_id WHERE deployments.id = @deployment_id
  )
ORDER BY build_logs.deployment_id, build_logs.number LIMIT sqlc.arg(max_rows)::int;

-- name: BuildLogExtent :one
-- The numbers of the first and of the last line of a build log; 0 where it has none. It is not numbered where its lines are older than the numbers.
SELECT
  coalesce((
    SELECT first.number FROM build_logs AS first WHERE first.deployment_id = @deployment_id AND first.number IS NOT NULL
    ORDER BY first.deployment_id, first.number LIMIT 1
  ), 0)::integer AS first_number,
  coalesce((
    SELECT last.number FROM build_logs AS last WHERE last.deployment_id = @deployment_id AND last.number IS NOT NULL
    ORDER BY last.deployment_id DESC, last.number DESC LIMIT 1
  ), 0)::integer AS last_number,
  coalesce((
    SELECT newest.number IS NOT NULL FROM build_logs AS newest WHERE newest.deployment_id = @deployment_id
    ORDER BY newest.deployment_id DESC, newest.id DESC LIMIT 1
  ), true)::boolean AS is_numbered
FROM deployments JOIN projects ON projects.id = deployments.project_id
WHERE deployments.id = @deployment_id AND projects.organisation_id = @organisation_id;

-- name: BuildLogIDBefore :one
-- The id of the last line whose number is below that one; 0 where there is none.
SELECT coalesce((
  SELECT build_logs.id FROM build_logs
  WHERE (build_logs.deployment_id, build_logs.number) < (deployments.id, @number::integer) AND build_logs.deployment_id = deployments.id
  ORDER BY build_logs.deployment_id DESC, build_logs.number DESC LIMIT 1
), 0)::bigint AS id
FROM deployments JOIN projects ON projects.id = deployments.project_id
WHERE deployments.id = @deployment_id AND projects.organisation_id = @organisation_id;

-- name: ListMissingBuildLogLines :many
-- The lines that tell how many are missing.
SELECT build_logs.number::integer AS number, build_logs.missing FROM build_logs
WHERE build_logs.deployment_id = @deployment_id AND build_logs.missing > 0
  AND @organisation_id::uuid = (
    SELECT projects.organisation_id FROM deployments JOIN projects ON projects.id = deployments.project_id WHERE deployments.id = @deployment_id
  )
ORDER BY build_logs.deployment_id, build_logs.number LIMIT 1000;

-- name: ListBuildLogGroups :many
-- Each with how its attempt stands: a group whose attempt has ended runs no more, whatever it last told.
SELECT build_log_groups.number, build_log_groups.name, build_log_groups.state, build_log_groups.error, build_log_groups.started_at, build_log_groups.ended_at,
  coalesce(deployment_steps.attempt, 0)::integer AS attempt, coalesce(deployment_steps.state = 'running', false)::boolean AS attempt_runs,
  deployment_steps.ended_at AS attempt_ended_at
FROM build_log_groups LEFT JOIN deployment_steps ON deployment_steps.id = build_log_groups.attempt_id
WHERE build_log_groups.deployment_id = @deployment_id AND build_log_groups.number > @after::integer
  AND @organisation_id::uuid = (
    SELECT projects.organisation_id FROM deployments JOIN projects ON projects.id = deployments.project_id WHERE deployments.id = @deployment_id
  )
ORDER BY build_log_groups.number LIMIT sqlc.arg(max_rows)::int;

-- name: ListBuildLogRuns :many
SELECT build_log_runs.first_line, build_log_runs.last_line, build_log_runs.group_number FROM build_log_runs
WHERE build_log_runs.deployment_id = @deployment_id
  AND @organisation_id::uuid = (
    SELECT projects.organisation_id FROM deployments JOIN projects ON projects.id = deployments.project_id WHERE deployments.id = @deployment_id
  )
ORDER BY build_log_runs.deployment_id, build_log_runs.first_line LIMIT sqlc.arg(max_rows)::int;

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

-- name: LoggedDeployment :one
-- Whether the deployment is one of the project.
SELECT EXISTS (
  SELECT FROM deployments JOIN projects ON projects.id = deployments.project_id
  WHERE deployments.id = @id AND projects.id = @project_id AND projects.organisation_id = @organisation_id
) AS theirs;

-- name: DeploymentOfLine :one
-- Whose line it is.
SELECT runtime_logs.deployment_id, runtime_logs.vm_id, deployments.environment_id
FROM runtime_logs JOIN deployments ON deployments.id = runtime_logs.deployment_id JOIN projects ON projects.id = deployments.project_id
WHERE runtime_logs.id = @id AND projects.id = @project_id AND projects.organisation_id = @organisation_id;

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
