-- A node is lost when it has been silent, or out of reach of edges, for its lease while an api answered (view node_absence).
-- A VM is ill when it has not been healthy for so long that its node can hardly start it again: @ill_after of its node's time, and twice what its project
-- gives it to start. Another one is tried on another node, one at a time in a deployment. Where that does not become healthy in time either, the next try
-- comes when the VM has been ill twice as long, and after six hours at the latest.
-- A VM that runs a release command is never moved, as the command would run twice: its own step decides what to do.

-- name: ListDeploymentsToMove :many
-- Deployments with VMs that must leave their node, because it is being drained or was lost, or because they are ill and another node is ready, or that have
-- left the route table to do so, and that no job moves.
SELECT candidates.id FROM (
  SELECT vms.deployment_id AS id FROM vms JOIN deployments ON deployments.id = vms.deployment_id
  -- Those of an environment that falls asleep are not replaced.
  JOIN environments ON environments.id = deployments.environment_id AND environments.asleep_since IS NULL
  WHERE vms.desired_state = 'draining' AND vms.removed_at IS NULL AND vms.kind = 'app' AND deployments.state = 'live'
  UNION
  -- Arrays and limits, since Postgres cannot know that few nodes are left: it would rather read all VMs, and all deployments, than look for those of a third
  -- of the nodes.
  SELECT vms.deployment_id FROM vms
  CROSS JOIN LATERAL (SELECT FROM deployments WHERE deployments.id = vms.deployment_id AND deployments.state = 'live' LIMIT 1) AS moved
  WHERE vms.node_id = ANY (ARRAY(SELECT nodes.id FROM nodes WHERE nodes.state = 'draining'))
    AND vms.desired_state = 'running' AND vms.removed_at IS NULL AND vms.kind = 'app'
  UNION
  SELECT vms.deployment_id FROM vms
  CROSS JOIN LATERAL (SELECT FROM deployments WHERE deployments.id = vms.deployment_id AND deployments.state IN ('live', 'deploying') LIMIT 1) AS moved
  WHERE vms.node_id = ANY (ARRAY(SELECT node_absence.id FROM node_absence WHERE node_absence.absent_for > @lost_after::interval))
    AND vms.desired_state = 'running' AND vms.removed_at IS NULL AND vms.kind = 'app'
  UNION
  SELECT vms.deployment_id FROM vms
  JOIN deployments ON deployments.id = vms.deployment_id JOIN projects ON projects.id = deployments.project_id
  WHERE vms.unhealthy_for > interval '1 minute' AND vms.removed_at IS NULL
    AND vms.unhealthy_for > greatest(@ill_after::interval, coalesce(projects.start_seconds, 0) * interval '2 seconds')
    -- In the first seconds of each minute, so that where no node has room not every look tries it.
    AND extract(epoch FROM vms.unhealthy_for)::bigint % 60 < 10
    AND vms.desired_state = 'running' AND vms.kind = 'app' AND vms.state <> 'failed' AND deployments.state = 'live'
    AND EXISTS (SELECT FROM nodes WHERE nodes.id <> vms.node_id AND nodes.state = 'ready' AND nodes.last_seen_at > now() - @seen_within::interval
      AND nodes.unreachable_since IS NULL)
    AND NOT EXISTS (
      SELECT FROM vms AS tried
      WHERE tried.deployment_id = vms.deployment_id AND tried.replaces_id IS NOT NULL AND tried.healthy_at IS NULL
        AND tried.created_at > now() - least(vms.unhealthy_for / 2, interval '6 hours')
    )
) AS candidates
WHERE NOT EXISTS (SELECT FROM unfinished_jobs WHERE unfinished_jobs.deployment_id = candidates.id AND unfinished_jobs.kind = 'move_vms')
LIMIT 100;

-- name: DropHopelessReplacements :many
-- Gives up the replacements that were never healthy and cannot become it: they failed, or their own node must be left, or they take as long as the ill
-- VM that they replace. Returns their nodes.
UPDATE vms SET desired_state = 'stopped'
WHERE id IN (
  SELECT hopeless.id FROM vms AS hopeless
  JOIN nodes ON nodes.id = hopeless.node_id
  JOIN node_absence ON node_absence.id = hopeless.node_id
  JOIN deployments ON deployments.id = hopeless.deployment_id
  JOIN projects ON projects.id = deployments.project_id
  WHERE hopeless.deployment_id = @deployment_id AND hopeless.replaces_id IS NOT NULL AND hopeless.healthy_at IS NULL
    AND hopeless.desired_state = 'running' AND hopeless.removed_at IS NULL
    AND (hopeless.state = 'failed' OR nodes.state = 'draining' OR node_absence.absent_for > @lost_after::interval
      OR (hopeless.starting_for > @start_timeout::interval
          OR hopeless.unhealthy_for > coalesce(projects.start_seconds * interval '1 second', @health_timeout::interval))
        AND NOT EXISTS (
          SELECT FROM vms AS replaced
          JOIN nodes AS left_node ON left_node.id = replaced.node_id JOIN node_absence AS left_absence ON left_absence.id = replaced.node_id
          WHERE replaced.id = hopeless.replaces_id AND (left_node.state = 'draining' OR left_absence.absent_for > @lost_after::interval)
        ))
  ORDER BY hopeless.id FOR NO KEY UPDATE OF hopeless
)
RETURNING node_id;

-- name: LockVMsToMove :many
-- The VMs of a deployment that nothing replaces yet, with their regions: first those that must leave their node, then those that are ill, the one that has
-- been so longest first.
SELECT sqlc.embed(vms), nodes.region, (nodes.state = 'draining' OR node_absence.absent_for > @lost_after::interval)::boolean AS must_leave
FROM vms
JOIN nodes ON nodes.id = vms.node_id
JOIN node_absence ON node_absence.id = vms.node_id
JOIN deployments ON deployments.id = vms.deployment_id
JOIN projects ON projects.id = deployments.project_id
WHERE vms.deployment_id = @deployment_id AND vms.kind = 'app' AND vms.desired_state = 'running' AND vms.removed_at IS NULL
  AND (nodes.state = 'draining' OR node_absence.absent_for > @lost_after::interval
    OR (vms.unhealthy_for > greatest(@ill_after::interval, coalesce(projects.start_seconds, 0) * interval '2 seconds')
      AND vms.state <> 'failed' AND deployments.state = 'live'
      AND NOT EXISTS (
        SELECT FROM vms AS tried
        WHERE tried.deployment_id = vms.deployment_id AND tried.replaces_id IS NOT NULL AND tried.healthy_at IS NULL
          AND tried.created_at > now() - least(vms.unhealthy_for / 2, interval '6 hours')
      )))
  AND NOT EXISTS (
    SELECT FROM vms AS replacement
    WHERE replacement.replaces_id = vms.id AND replacement.desired_state = 'running' AND replacement.removed_at IS NULL
  )
ORDER BY must_leave DESC, vms.unhealthy_for DESC, vms.id
FOR NO KEY UPDATE OF vms;

-- name: CountPendingReplacements :one
-- How many VMs of a deployment wait for the one that replaces them to become healthy, and how many of those have failed or, as they replace an ill one,
-- have taken too long.
SELECT count(*) FILTER (WHERE replacement.state <> 'healthy') AS pending,
  count(*) FILTER (WHERE replacement.state = 'failed' OR (
    replacement.state <> 'healthy' AND replacement.healthy_at IS NULL AND nodes.state <> 'draining' AND node_absence.absent_for <= @lost_after::interval
    AND (replacement.starting_for > @start_timeout::interval
      OR replacement.unhealthy_for > coalesce(projects.start_seconds * interval '1 second', @health_timeout::interval))
  )) AS failed
FROM vms JOIN vms AS replacement ON replacement.replaces_id = vms.id
JOIN nodes ON nodes.id = vms.node_id
JOIN node_absence ON node_absence.id = vms.node_id
JOIN deployments ON deployments.id = vms.deployment_id
JOIN projects ON projects.id = deployments.project_id
WHERE vms.deployment_id = @deployment_id AND vms.desired_state = 'running' AND vms.removed_at IS NULL
  AND replacement.desired_state = 'running' AND replacement.removed_at IS NULL;

-- name: AnyVMToMove :one
-- Whether a VM of a deployment must leave its node and nothing replaces it yet.
SELECT EXISTS (
  SELECT FROM vms
  JOIN deployments ON deployments.id = vms.deployment_id
  JOIN nodes ON nodes.id = vms.node_id
  JOIN node_absence ON node_absence.id = vms.node_id
  WHERE vms.deployment_id = @deployment_id AND vms.kind = 'app' AND vms.desired_state = 'running' AND vms.removed_at IS NULL
    AND deployments.state IN ('live', 'deploying') AND (nodes.state = 'draining' OR node_absence.absent_for > @lost_after::interval)
    AND NOT EXISTS (
      SELECT FROM vms AS replacement
      WHERE replacement.replaces_id = vms.id AND replacement.desired_state = 'running' AND replacement.removed_at IS NULL
    )
);

-- name: DrainReplacedVMs :exec
-- Takes the VMs of a deployment out of the route table whose replacement is healthy. They run on.
UPDATE vms SET desired_state = 'draining'
WHERE id IN (
  SELECT replaced.id FROM vms AS replaced
  WHERE replaced.deployment_id = @deployment_id AND replaced.desired_state = 'running' AND replaced.removed_at IS NULL
    AND EXISTS (
      SELECT FROM vms AS replacement
      WHERE replacement.replaces_id = replaced.id AND replacement.state = 'healthy' AND replacement.desired_state = 'running'
        AND replacement.removed_at IS NULL
    )
  ORDER BY replaced.id FOR NO KEY UPDATE
);

-- name: CountDrainingVMs :one
-- The VMs of a deployment that are out of the route table and to be stopped. Those of an environment that falls asleep stop once they are quiet.
SELECT count(*) FROM vms
JOIN deployments ON deployments.id = vms.deployment_id JOIN environments ON environments.id = deployments.environment_id
WHERE vms.deployment_id = $1 AND vms.desired_state = 'draining' AND vms.removed_at IS NULL AND environments.asleep_since IS NULL;

-- name: StopDrainedVMs :many
-- Asks for the VMs of a deployment to stop that CountDrainingVMs counts; returns their nodes.
UPDATE vms SET desired_state = 'stopped'
WHERE id IN (
  SELECT drained.id FROM vms AS drained
  JOIN deployments ON deployments.id = drained.deployment_id JOIN environments ON environments.id = deployments.environment_id
  WHERE drained.deployment_id = $1 AND drained.desired_state = 'draining' AND drained.removed_at IS NULL AND environments.asleep_since IS NULL
  ORDER BY drained.id FOR NO KEY UPDATE OF drained
)
RETURNING node_id;

-- name: StopVM :exec
UPDATE vms SET desired_state = 'stopped' WHERE id = $1;

-- name: IsMoving :one
-- Whether any VM is being moved, added or taken away. A job that waits, as for room or for a lost region, has begun nothing, unless a VM is there that
-- takes the place of another one, or that has left the route table.
SELECT (EXISTS (
  SELECT FROM river.river_job AS job WHERE job.state = 'running' AND job.kind IN ('move_vms', 'rescale', 'restart')
) OR EXISTS (
  SELECT FROM unfinished_jobs
  JOIN vms ON vms.deployment_id = unfinished_jobs.deployment_id
  LEFT JOIN vms AS replaced ON replaced.id = vms.replaces_id AND replaced.desired_state = 'running' AND replaced.removed_at IS NULL
  WHERE unfinished_jobs.kind = 'move_vms' AND vms.removed_at IS NULL
    AND (vms.desired_state = 'draining' OR vms.desired_state = 'running' AND replaced.id IS NOT NULL)
))::boolean AS moving;

-- name: ListLiveInstances :many
-- The VMs that serve for live deployments, and whether one may be moved for better balance: it is healthy, it has been on its node for the time, and no
-- other VM of its deployment has lately failed to take the place of one.
SELECT vms.id, vms.deployment_id, vms.node_id, vms.cpu_millis, vms.memory_bytes,
  (vms.state = 'healthy' AND vms.created_at < now() - @settled::interval AND NOT EXISTS (
    SELECT FROM vms AS tried
    WHERE tried.deployment_id = vms.deployment_id AND tried.replaces_id IS NOT NULL AND tried.healthy_at IS NULL
      AND tried.created_at > now() - interval '6 hours'
  ))::boolean AS movable
FROM vms JOIN deployments ON deployments.id = vms.deployment_id
WHERE vms.kind = 'app' AND vms.desired_state = 'running' AND vms.removed_at IS NULL AND deployments.state = 'live'
ORDER BY vms.id;
