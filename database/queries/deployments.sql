-- name: LockProject :one
-- Deployments of one project are made, superseded and made live one at a time. Lock order: project, deployment, node, job.
SELECT * FROM projects WHERE id = $1 FOR NO KEY UPDATE;

-- name: ListSealedVariables :many
SELECT id, name, value_sealed FROM environment_variables WHERE project_id = $1 ORDER BY name;

-- name: CreateDeployment :one
-- created_at is read from the clock, not from the transaction's start: the project is locked, so that it orders the
-- deployments of a project.
INSERT INTO deployments (
  id, project_id, step, trigger, origin_id, branch, commit_sha, commit_message, commit_author, source_digest, build_plan,
  image_digest, image_id, environment_sealed, created_by, created_at
) VALUES (
  @id, @project_id, @step, @trigger, @origin_id, @branch, @commit_sha, @commit_message, @commit_author, @source_digest, @build_plan,
  @image_digest, @image_id, @environment_sealed, @created_by, clock_timestamp()
) RETURNING *;

-- name: GetDeployment :one
SELECT * FROM deployments WHERE id = $1;

-- name: LockDeployment :one
SELECT * FROM deployments WHERE id = $1 FOR UPDATE;

-- name: ListNewestDeployments :many
SELECT * FROM deployments WHERE project_id = $1 AND branch = $2 ORDER BY created_at DESC LIMIT $3;

-- name: ListUnfinishedDeployments :many
-- The deployments of a branch that are still on their way, locked.
SELECT * FROM deployments
WHERE project_id = @project_id AND branch = @branch AND state IN ('queued', 'deploying') AND id <> @except_id
ORDER BY id
FOR UPDATE;

-- name: BeginStep :one
-- Returns no row when the deployment has ended or stands at another step.
UPDATE deployments SET state = 'deploying', started_at = coalesce(started_at, now())
FROM projects
WHERE deployments.id = @id AND step = @step AND state IN ('queued', 'deploying') AND projects.id = deployments.project_id
RETURNING sqlc.embed(deployments), sqlc.embed(projects);

-- name: LockDeploymentAtStep :one
-- Half of the fence: returns no row when the deployment has ended or stands at another step.
SELECT * FROM deployments WHERE id = @id AND step = @step AND state = 'deploying' FOR UPDATE;

-- name: AdvanceDeployment :exec
UPDATE deployments SET step = @step WHERE id = @id;

-- name: EndDeployment :exec
UPDATE deployments SET state = @state, error_code = @error_code, error_message = @error_message, ended_at = now()
WHERE id = @id;

-- name: SetDeploymentSource :exec
UPDATE deployments
SET commit_sha = @commit_sha, commit_message = @commit_message, commit_author = @commit_author, source_digest = @source_digest
WHERE id = @id;

-- name: SetDeploymentBuildPlan :exec
UPDATE deployments SET build_plan = @build_plan WHERE id = @id;

-- name: SetDeploymentImageDigest :exec
UPDATE deployments SET image_digest = @image_digest WHERE id = @id;

-- name: SetDeploymentImage :exec
UPDATE deployments SET image_id = @image_id WHERE id = @id;

-- name: NewerDeploymentWasLive :one
-- Whether a younger deployment of the project has had the route already.
SELECT EXISTS (
  SELECT FROM deployments
  WHERE deployments.project_id = @project_id AND deployments.created_at > @created_at AND deployments.route_version IS NOT NULL
);

-- name: MakeDeploymentLive :exec
UPDATE deployments SET state = 'live', route_version = @route_version::bigint, ended_at = now() WHERE id = @id;

-- name: RetireReplacedDeployments :many
-- Retires what was live before the deployment that has just taken the project's domains. Its VMs run on for that long.
UPDATE deployments SET state = 'retired', retired_at = now(), warm_until = now() + @keep_warm::interval
WHERE project_id = @project_id AND state = 'live' AND id <> @except_id
RETURNING id;

-- name: CoolDeployments :many
-- Ends the warmth of a project's retired deployments: only the last one is kept warm.
UPDATE deployments SET warm_until = NULL WHERE project_id = $1 AND state = 'retired' AND warm_until > now()
RETURNING id;

-- name: CoolAllDeployments :many
-- Ends the warmth of every retired deployment, where another one needs the room.
UPDATE deployments SET warm_until = NULL WHERE state = 'retired' AND warm_until > now()
RETURNING id;

-- name: RetireDeployment :exec
-- Does nothing while a domain still points at the deployment.
UPDATE deployments SET state = 'retired', retired_at = now()
WHERE deployments.id = $1 AND state = 'live' AND NOT EXISTS (SELECT FROM domains WHERE domains.deployment_id = deployments.id);

-- name: DeploymentMayStop :one
-- Whether the VMs of a deployment that was live may be stopped: nothing points at it, and it is not kept warm. The
-- deployment is locked.
SELECT (state = 'retired' AND coalesce(warm_until <= now(), true))::boolean FROM deployments WHERE id = $1;

-- name: DeploymentIsAtStep :one
-- Whether the deployment is still on its way, and at that step.
SELECT EXISTS (SELECT FROM deployments WHERE id = @id AND step = @step AND state = 'deploying');

-- name: ListStrandedDeployments :many
-- Deployments on their way that no job carries: none may be found for long.
SELECT deployments.id, deployments.step FROM deployments
WHERE deployments.state IN ('queued', 'deploying') AND deployments.created_at < now() - interval '10 seconds'
  AND NOT EXISTS (
    SELECT FROM river.river_job
    WHERE river_job.args @> jsonb_build_object('deployment_id', deployments.id) AND river_job.kind LIKE 'deploy.%'
      AND river_job.state IN ('available', 'pending', 'running', 'retryable', 'scheduled')
  )
LIMIT 100;

-- name: ListLeftoverDeployments :many
-- Deployments that ended without being live, whose VMs are still there and that no job cleans up.
SELECT DISTINCT deployments.id FROM deployments
JOIN vms ON vms.deployment_id = deployments.id
WHERE deployments.state IN ('failed', 'cancelled', 'superseded') AND vms.removed_at IS NULL
  AND deployments.ended_at < now() - interval '10 seconds'
  AND NOT EXISTS (
    SELECT FROM river.river_job
    WHERE river_job.args @> jsonb_build_object('deployment_id', deployments.id) AND river_job.kind = 'cleanup'
      AND river_job.state IN ('available', 'pending', 'running', 'retryable', 'scheduled')
  )
LIMIT 100;

-- name: ListCooledDeployments :many
-- Retired deployments that are not kept warm any more, or whose VMs stand on nodes that must be left, and that no job
-- retires.
SELECT DISTINCT deployments.id FROM deployments
JOIN vms ON vms.deployment_id = deployments.id
JOIN nodes ON nodes.id = vms.node_id
WHERE deployments.state = 'retired' AND vms.removed_at IS NULL AND vms.desired_state <> 'stopped'
  AND (coalesce(deployments.warm_until <= now(), true) OR nodes.state = 'draining')
  AND NOT EXISTS (
    SELECT FROM river.river_job
    WHERE river_job.args @> jsonb_build_object('deployment_id', deployments.id) AND river_job.kind = 'retire'
      AND river_job.state IN ('available', 'pending', 'running', 'retryable', 'scheduled')
  )
LIMIT 100;

-- name: ListUnretiredDeployments :many
-- Live deployments that no domain points at any more and that no job retires.
SELECT deployments.id FROM deployments
WHERE deployments.state = 'live' AND deployments.ended_at < now() - interval '10 seconds'
  AND NOT EXISTS (SELECT FROM domains WHERE domains.deployment_id = deployments.id)
  AND (
    EXISTS (SELECT FROM projects WHERE projects.id = deployments.project_id AND projects.deleted_at IS NOT NULL)
    OR EXISTS (
      SELECT FROM deployments AS younger
      WHERE younger.project_id = deployments.project_id AND younger.created_at > deployments.created_at AND younger.state = 'live'
    )
  )
  AND NOT EXISTS (
    SELECT FROM river.river_job
    WHERE river_job.args @> jsonb_build_object('deployment_id', deployments.id) AND river_job.kind = 'retire'
      AND river_job.state IN ('available', 'pending', 'running', 'retryable', 'scheduled')
  )
LIMIT 100;

-- name: ListProjectDeploymentsToEnd :many
-- What is on its way for a project that is deleted, locked.
SELECT * FROM deployments WHERE project_id = $1 AND state IN ('queued', 'deploying') ORDER BY id FOR UPDATE;

-- name: CommitWithoutWaiting :exec
-- Lets this transaction commit before it is on the disk. Only for what a crash may forget.
SELECT set_config('synchronous_commit', 'off', true);
