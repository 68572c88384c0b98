-- Environments fall asleep and wake while their project is locked.

-- name: EdgesCountedUntil :one
-- Until when every edge has told what it has counted of requests: 1970 where one of them has never done so, or there is none. Edges that have been silent for
-- longer are lost.
SELECT coalesce(CASE WHEN bool_and(edges.counted_until IS NOT NULL) THEN min(edges.counted_until) END, to_timestamp(0))::timestamptz AS counted_until
FROM edges JOIN edge_silence ON edge_silence.id = edges.id
WHERE edges.last_seen_at IS NOT NULL AND edge_silence.silent_for <= @lost_after::interval;

-- name: RecordEdgeCounted :exec
-- Remembers until when an edge has told all that it has counted.
UPDATE edges SET counted_until = greatest(counted_until, @counted_until::timestamptz) WHERE id = @id;

-- name: ListIdleDeployments :many
-- What is live in environments that may fall asleep: awake, and without a request for as long as is set, of all that edges have told of. A row of traffic is of a
-- minute, at whose end its last request may have come. No VM is being replaced. With a deployment only that one.
SELECT live.id FROM environments
-- At most one is. The limit has each looked up, as few of all deployments are of an environment that sleeps.
CROSS JOIN LATERAL (
  SELECT deployments.id, deployments.ended_at FROM deployments
  WHERE deployments.environment_id = environments.id AND deployments.state = 'live' LIMIT 1
) AS live
WHERE environments.sleep_after_minutes IS NOT NULL AND environments.deleted_at IS NULL AND environments.asleep_since IS NULL
  AND (sqlc.narg(deployment_id)::uuid IS NULL OR live.id = sqlc.narg(deployment_id))
  AND greatest(live.ended_at, environments.woken_at) <= (@counted_until::timestamptz) - environments.sleep_after_minutes * interval '1 minute'
  AND NOT EXISTS (
    SELECT FROM traffic WHERE traffic.step_seconds = 60 AND traffic.project_id = environments.project_id AND traffic.environment_id = environments.id
      AND traffic.starts_at > (@counted_until::timestamptz) - (environments.sleep_after_minutes + 1) * interval '1 minute'
  )
  AND NOT EXISTS (
    SELECT FROM vms WHERE vms.deployment_id = live.id AND vms.removed_at IS NULL
      AND (vms.desired_state = 'draining' OR (vms.desired_state = 'running' AND vms.replaces_id IS NOT NULL AND vms.healthy_at IS NULL))
  )
  AND NOT EXISTS (
    SELECT FROM unfinished_jobs WHERE unfinished_jobs.deployment_id = live.id AND unfinished_jobs.kind IN ('move_vms', 'rescale', 'restart')
  )
LIMIT 100;

-- name: ListDozingDeployments :many
-- What is live in environments that sleep and has VMs that are not stopped yet, and that no job puts to sleep.
SELECT deployments.id FROM environments
JOIN deployments ON deployments.environment_id = environments.id AND deployments.state = 'live'
WHERE environments.asleep_since IS NOT NULL AND environments.woken_at IS NULL
  AND EXISTS (SELECT FROM vms WHERE vms.deployment_id = deployments.id AND vms.desired_state <> 'stopped' AND vms.removed_at IS NULL)
  AND NOT EXISTS (SELECT FROM unfinished_jobs WHERE unfinished_jobs.deployment_id = deployments.id AND unfinished_jobs.kind = 'sleep')
LIMIT 100;

-- name: ListDeploymentsToWake :many
-- What is live in environments that were woken and still sleep, and that no job wakes.
SELECT deployments.id FROM environments
JOIN deployments ON deployments.environment_id = environments.id AND deployments.state = 'live'
WHERE environments.asleep_since IS NOT NULL AND environments.woken_at IS NOT NULL
  AND NOT EXISTS (SELECT FROM unfinished_jobs WHERE unfinished_jobs.deployment_id = deployments.id AND unfinished_jobs.kind = 'wake')
LIMIT 100;

-- name: IsQuiet :one
-- Whether the last whole minute of which all edges have told began after a time and had no request to the deployment under way. It does not matter where a
-- VM of it is on a node that is being drained.
SELECT (((@counted_until::timestamptz) - interval '1 minute' >= (@since::timestamptz) AND NOT EXISTS (
  SELECT FROM traffic WHERE traffic.step_seconds = 60 AND traffic.project_id = @project_id AND traffic.deployment_id = @deployment_id
    AND traffic.starts_at >= date_trunc('minute', (@counted_until::timestamptz) - interval '1 minute')
)) OR EXISTS (
  SELECT FROM vms JOIN nodes ON nodes.id = vms.node_id
  WHERE vms.deployment_id = @deployment_id AND vms.removed_at IS NULL AND nodes.state = 'draining'
))::boolean;

-- name: PostgresTime :one
SELECT now()::timestamptz;

-- name: FallAsleep :exec
UPDATE environments SET asleep_since = now(), woken_at = NULL, wake_problem = NULL WHERE id = $1;

-- name: BeginWaking :exec
UPDATE environments SET woken_at = now(), wake_problem = NULL WHERE id = $1;

-- name: EndSleep :exec
-- Writes that an environment is awake.
UPDATE environments SET asleep_since = NULL, wake_problem = NULL WHERE id = $1;

-- name: ForgetSleep :exec
-- Writes that an environment is awake whatever was before: another deployment has gone live there.
UPDATE environments SET asleep_since = NULL, woken_at = NULL, wake_problem = NULL WHERE id = $1 AND (asleep_since IS NOT NULL OR woken_at IS NOT NULL);

-- name: SetWakeProblem :one
-- Writes why an environment that was woken still sleeps, and returns whether it is still to wake: not where it was woken longer ago.
UPDATE environments SET wake_problem = @problem::text, woken_at = CASE WHEN woken_at > now() - @patience::interval THEN woken_at END
WHERE id = @id RETURNING (woken_at IS NOT NULL)::boolean AS waking;

-- name: RefillVMs :many
-- Has the VMs of a deployment that were taken out of the route table serve again; returns their nodes.
UPDATE vms SET desired_state = 'running'
WHERE id IN (
  SELECT drained.id FROM vms AS drained
  WHERE drained.deployment_id = $1 AND drained.kind = 'app' AND drained.desired_state = 'draining' AND drained.removed_at IS NULL
  ORDER BY drained.id FOR NO KEY UPDATE
)
RETURNING node_id;

-- name: NewestVM :one
-- The VM of a deployment that was placed last.
SELECT * FROM vms WHERE deployment_id = $1 AND kind = 'app' ORDER BY id DESC LIMIT 1;

-- name: SetSleepAfter :exec
-- After how many minutes without a request the environment falls asleep; 0: never.
UPDATE environments SET sleep_after_minutes = nullif(@minutes::int, 0) FROM projects
WHERE environments.id = @id AND projects.id = environments.project_id AND projects.organisation_id = @organisation_id;

-- name: LockLiveDeployment :one
-- What is live in an environment; no row where nothing is.
SELECT * FROM deployments WHERE environment_id = $1 AND state = 'live' FOR NO KEY UPDATE;

-- name: MarkSlept :exec
-- Writes of the VMs of a deployment that are not stopped yet that they stop because it falls asleep.
UPDATE vms SET slept = true
WHERE id IN (
  SELECT present.id FROM vms AS present
  WHERE present.deployment_id = $1 AND present.kind = 'app' AND present.desired_state <> 'stopped' AND present.removed_at IS NULL
  ORDER BY present.id FOR NO KEY UPDATE
);

-- name: ForgetSlept :exec
-- Has nodes keep the image of a deployment no longer for its sleep.
UPDATE vms SET slept = false
WHERE id IN (SELECT was.id FROM vms AS was WHERE was.deployment_id = $1 AND was.slept ORDER BY was.id FOR NO KEY UPDATE);

-- name: ListSleptNodes :many
-- Where the VMs of a deployment were before it fell asleep.
SELECT DISTINCT node_id FROM vms WHERE deployment_id = $1 AND slept;

-- name: ListSleepingImages :many
-- The images that a node keeps for what sleeps, and was there before.
SELECT DISTINCT deployments.project_id, coalesce(deployments.image_digest, '')::text AS image_digest
FROM vms
JOIN deployments ON deployments.id = vms.deployment_id AND deployments.state = 'live'
JOIN environments ON environments.id = deployments.environment_id AND environments.asleep_since IS NOT NULL
WHERE vms.node_id = $1 AND vms.slept
ORDER BY deployments.project_id, image_digest;
