-- name: LockProject :one
-- Deployments of one project are made, superseded and made live one at a time. docs/ARCHITECTURE.md has the order of all locks.
SELECT * FROM projects WHERE id = $1 FOR NO KEY UPDATE;

-- name: ListSealedVariables :many
-- The variables that an environment of the kind gets: of each name the one for the kind, where there is none the one for all.
SELECT DISTINCT ON (name) id, name, scope, value_sealed FROM environment_variables
WHERE project_id = @project_id AND scope IN ('all', @kind::text)
ORDER BY name, scope = 'all';

-- name: CreateDeployment :one
-- created_at is read from the clock, not from the transaction's start: the project is locked, so that it orders the
-- deployments of a project.
INSERT INTO deployments (
  id, project_id, environment_id, step, trigger, origin_id, branch, commit_sha, commit_message, commit_author, source_digest, build_plan,
  image_digest, image_id, environment_sealed, created_by, created_at, github_reported
) VALUES (
  @id, @project_id, @environment_id, @step, @trigger, @origin_id, @branch, @commit_sha, @commit_message, @commit_author, @source_digest, @build_plan,
  @image_digest, @image_id, @environment_sealed, @created_by, clock_timestamp(),
  (SELECT '' FROM projects WHERE projects.id = @project_id AND projects.github_repository_id IS NOT NULL)
) RETURNING *;

-- name: GetDeployment :one
SELECT * FROM deployments WHERE id = $1;

-- name: LockDeployment :one
SELECT * FROM deployments WHERE id = $1 FOR NO KEY UPDATE;

-- name: ListNewestDeployments :many
SELECT * FROM deployments WHERE environment_id = $1 AND branch = $2 ORDER BY created_at DESC LIMIT $3;

-- name: ListUnfinishedDeployments :many
-- The deployments of an environment that are still on their way, locked.
SELECT * FROM deployments
WHERE environment_id = @environment_id AND state IN ('queued', 'deploying') AND id <> @except_id
ORDER BY id
FOR NO KEY UPDATE;

-- name: BeginStep :one
-- Returns no row when the deployment has ended or stands at another step. A deployment whose step begins is not held any more, and waits no more.
UPDATE deployments SET state = 'deploying', started_at = coalesce(started_at, now()), held_at = NULL, awaits_quota_since = NULL
FROM projects
WHERE deployments.id = @id AND step = @step AND state IN ('queued', 'deploying') AND projects.id = deployments.project_id
RETURNING sqlc.embed(deployments), sqlc.embed(projects);

-- name: SetDeploymentStep :exec
UPDATE deployments SET step = @step WHERE id = @id;

-- name: HoldDeployment :exec
-- Leaves the deployment at its step without a job until its environment is unpinned.
UPDATE deployments SET held_at = now() WHERE id = @id;

-- name: ReleaseHeldDeployments :many
-- Lets the deployments of an environment go on that were held. The project is locked.
UPDATE deployments SET held_at = NULL WHERE environment_id = @environment_id AND state = 'deploying' AND held_at IS NOT NULL
RETURNING id, step;

-- name: CommitWasDeployed :one
-- Whether there is a deployment of the commit in the environment that was made since the time.
SELECT EXISTS (
  SELECT FROM deployments
  WHERE deployments.project_id = @project_id AND deployments.environment_id = @environment_id AND deployments.commit_sha = @commit_sha::text
    AND deployments.created_at >= @since::timestamptz
);

-- name: EndDeployment :exec
-- For one that has not become live. Its VMs, if it has any, are to stop.
UPDATE deployments SET state = @state, error_code = @error_code, error_message = @error_message, held_at = NULL, awaits_build_since = NULL,
  awaits_quota_since = NULL, ended_at = now(),
  warm_until = CASE WHEN EXISTS (SELECT FROM vms WHERE vms.deployment_id = deployments.id AND vms.removed_at IS NULL) THEN now() END
WHERE deployments.id = @id;

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
-- Whether a younger deployment of the environment has had its route already.
SELECT EXISTS (
  SELECT FROM deployments
  WHERE deployments.environment_id = @environment_id AND deployments.created_at > @created_at AND deployments.route_version IS NOT NULL
);

-- name: MakeDeploymentLive :exec
UPDATE deployments SET state = 'live', route_version = @route_version::bigint, ended_at = now() WHERE id = @id;

-- name: RetireReplacedDeployments :many
-- Retires what was live before the deployment that has just taken the environment's domains. Its VMs run on for that long.
UPDATE deployments SET state = 'retired', retired_at = now(), warm_until = now() + @keep_warm::interval
WHERE environment_id = @environment_id AND state = 'live' AND id <> @except_id
RETURNING id;

-- name: CoolDeployments :many
-- Ends the warmth of an environment's retired deployments: only the last one is kept warm.
UPDATE deployments SET warm_until = now() WHERE environment_id = $1 AND state = 'retired' AND warm_until > now()
RETURNING id;

-- name: ListWarmVMs :many
-- The VMs that will give their room back (release commands that have ended hold none): those that are leaving, and behind them those that are only kept warm, first the ones
-- whose time is over soonest.
SELECT yielding.node_id, yielding.deployment_id, yielding.cpu_millis, yielding.memory_bytes, yielding.leaving FROM (
  SELECT vms.id, vms.node_id, vms.deployment_id, vms.cpu_millis, vms.memory_bytes, true AS leaving, NULL::timestamptz AS warm_until
  FROM vms WHERE vms.desired_state = 'stopped' AND vms.removed_at IS NULL AND NOT (vms.kind = 'release' AND vms.exit_code IS NOT NULL)
  UNION ALL
  SELECT vms.id, vms.node_id, vms.deployment_id, vms.cpu_millis, vms.memory_bytes, deployments.warm_until <= now(), deployments.warm_until
  FROM deployments JOIN vms ON vms.deployment_id = deployments.id
  WHERE deployments.warm_until IS NOT NULL AND vms.desired_state <> 'stopped' AND vms.removed_at IS NULL
    AND NOT (vms.kind = 'release' AND vms.exit_code IS NOT NULL)
) AS yielding
ORDER BY yielding.leaving DESC, yielding.warm_until, yielding.id;

-- name: CoolWarmDeployments :many
-- Ends the warmth of those retired deployments, where another one needs their room.
UPDATE deployments SET warm_until = now() WHERE id = ANY (@ids::uuid[]) AND state = 'retired' AND warm_until > now()
RETURNING id;

-- name: RetireDeployment :exec
-- Does nothing while a domain of its environment still points at the deployment.
UPDATE deployments SET state = 'retired', retired_at = now(), warm_until = now()
WHERE deployments.id = $1 AND state = 'live'
  AND NOT EXISTS (SELECT FROM domains WHERE domains.deployment_id = deployments.id AND domains.kind <> 'deployment');

-- name: DeploymentMayStop :one
-- Whether the VMs of a deployment that was live may be stopped: nothing points at it, and it is not kept warm, or only on a node that is
-- being drained. The deployment is locked.
SELECT (state = 'retired' AND (coalesce(warm_until <= now(), true) OR EXISTS (
  SELECT FROM vms JOIN nodes ON nodes.id = vms.node_id
  WHERE vms.deployment_id = deployments.id AND vms.removed_at IS NULL AND nodes.state = 'draining'
)))::boolean FROM deployments WHERE deployments.id = $1;

-- name: DeploymentIsAtStep :one
-- Whether the deployment is still on its way, and at that step.
SELECT EXISTS (SELECT FROM deployments WHERE id = @id AND step = @step AND state = 'deploying');

-- name: ListStrandedDeployments :many
-- Deployments on their way that no job carries, that are not held by a pin and do not wait for their turn or a quota: none may be found for long.
SELECT deployments.id, deployments.step FROM deployments
WHERE deployments.state IN ('queued', 'deploying') AND deployments.created_at < now() - interval '10 seconds'
  AND deployments.awaits_build_since IS NULL AND deployments.awaits_quota_since IS NULL
  AND NOT (deployments.held_at IS NOT NULL AND EXISTS (
    SELECT FROM environments WHERE environments.id = deployments.environment_id AND environments.pinned_by_id IS NOT NULL
  ))
  AND NOT EXISTS (SELECT FROM unfinished_jobs WHERE unfinished_jobs.deployment_id = deployments.id AND unfinished_jobs.kind LIKE 'deploy.%')
LIMIT 100;

-- name: ListLeftoverDeployments :many
-- Deployments that ended without being live, whose VMs are to stop and that no job cleans up.
SELECT deployments.id FROM deployments
WHERE deployments.warm_until IS NOT NULL AND deployments.state IN ('failed', 'cancelled', 'superseded')
  AND deployments.ended_at < now() - interval '10 seconds'
  AND NOT EXISTS (SELECT FROM unfinished_jobs WHERE unfinished_jobs.deployment_id = deployments.id AND unfinished_jobs.kind = 'cleanup')
LIMIT 100;

-- name: ListCooledDeployments :many
-- Retired deployments that are not kept warm any more, or whose VMs stand on nodes that must be left, and that no job
-- retires.
SELECT deployments.id FROM deployments
WHERE deployments.warm_until IS NOT NULL AND deployments.state = 'retired'
  AND (deployments.warm_until <= now() OR EXISTS (
    SELECT FROM vms JOIN nodes ON nodes.id = vms.node_id
    WHERE vms.deployment_id = deployments.id AND vms.desired_state <> 'stopped' AND vms.removed_at IS NULL AND nodes.state = 'draining'
  ))
  AND NOT EXISTS (SELECT FROM unfinished_jobs WHERE unfinished_jobs.deployment_id = deployments.id AND unfinished_jobs.kind = 'retire')
LIMIT 100;

-- name: ListUnretiredDeployments :many
-- Live deployments of environments that were deleted lately, those of deleted projects among them, that no job retires. What deletes an environment
-- retires them itself.
SELECT deployments.id FROM environments
JOIN deployments ON deployments.environment_id = environments.id AND deployments.state = 'live'
WHERE environments.deleted_at > now() - interval '7 days' AND deployments.ended_at < now() - interval '10 seconds'
  AND NOT EXISTS (SELECT FROM domains WHERE domains.deployment_id = deployments.id AND domains.kind <> 'deployment')
  AND NOT EXISTS (SELECT FROM unfinished_jobs WHERE unfinished_jobs.deployment_id = deployments.id AND unfinished_jobs.kind = 'retire')
LIMIT 100;

-- name: ListDeploymentsToRescale :many
-- Live deployments with a VM that failed for good, or in production whose project may ask for other instances than there are, and that no job rescales.
SELECT candidates.id FROM (
  SELECT vms.deployment_id AS id FROM vms
  WHERE vms.state = 'failed' AND vms.removed_at IS NULL AND vms.kind = 'app' AND vms.desired_state = 'running'
  UNION
  SELECT deployments.id FROM projects JOIN deployments ON deployments.environment_id = projects.id AND deployments.state = 'live'
  WHERE projects.instances_changed_at IS NOT NULL
) AS candidates
JOIN deployments ON deployments.id = candidates.id AND deployments.state = 'live'
WHERE NOT EXISTS (SELECT FROM unfinished_jobs WHERE unfinished_jobs.deployment_id = candidates.id AND unfinished_jobs.kind = 'rescale')
LIMIT 100;
