-- name: LockUsableNodes :many
-- The nodes that may get VMs, locked so that two schedulers cannot give the same room or address away.
SELECT * FROM nodes
WHERE state = 'ready' AND last_seen_at > now() - @seen_within::interval
ORDER BY id
FOR NO KEY UPDATE;

-- name: ListNodeUsage :many
-- What the VMs that are still there hold of each node. VMs that are to stop still hold it; release commands that have ended
-- do not.
SELECT node_id, sum(cpu_millis)::bigint AS cpu_millis, sum(memory_bytes)::bigint AS memory_bytes,
  count(*) FILTER (WHERE deployment_id = @deployment_id AND kind = 'app') AS instances
FROM vms WHERE removed_at IS NULL AND NOT (kind = 'release' AND exit_code IS NOT NULL)
GROUP BY node_id;

-- name: ListHeldAddresses :many
SELECT ip FROM vms WHERE ip_released_at IS NULL AND ip <<= @prefix::cidr;

-- name: ReleaseAddresses :exec
-- Gives back the addresses of VMs of which nothing is left, once the cooldown has passed. An edge that was not heard of
-- since may still send the requests of one customer to an address that would be another's: until it comes back or is
-- deleted, the address rests.
UPDATE vms SET ip_released_at = now()
WHERE ip_released_at IS NULL AND removed_at < now() - @cooldown::interval
  AND NOT EXISTS (SELECT FROM edges WHERE edges.last_seen_at < vms.removed_at);

-- name: CreateVM :exec
INSERT INTO vms (id, deployment_id, node_id, kind, command, ip, port, cpu_millis, memory_bytes, health_path, replaces_id)
VALUES (@id, @deployment_id, @node_id, @kind, @command, @ip, @port, @cpu_millis, @memory_bytes, @health_path, @replaces_id);

-- name: GetReleaseVM :one
-- The VM that runs the release command of a deployment, with how its node is; no row where none was placed.
SELECT sqlc.embed(vms), nodes.name AS node_name,
  (coalesce(nodes.last_seen_at > now() - @seen_within::interval, false))::boolean AS node_seen,
  (coalesce(nodes.last_seen_at < now() - @lost_after::interval AND control_plane.answering_since < now() - @lost_after::interval, false))::boolean
    AS node_lost,
  (coalesce(now() - coalesce(vms.started_at, vms.created_at), '0'::interval))::interval AS age
FROM vms
JOIN nodes ON nodes.id = vms.node_id
LEFT JOIN control_plane ON control_plane.answered_at > now() - interval '3 seconds'
WHERE vms.deployment_id = @deployment_id AND vms.kind = 'release';

-- name: CountRunningVMs :one
-- The VMs that serve for a deployment, or are to, and that are not to stop.
SELECT count(*) FROM vms WHERE deployment_id = $1 AND kind = 'app' AND desired_state = 'running' AND removed_at IS NULL;

-- name: CountPresentVMs :one
-- The VMs of a deployment of which something is left.
SELECT count(*) FROM vms WHERE deployment_id = $1 AND removed_at IS NULL;

-- name: StopReleaseVM :many
-- Asks for what runs the release command of a deployment to stop; returns its node.
UPDATE vms SET desired_state = 'stopped' WHERE deployment_id = $1 AND kind = 'release' AND desired_state <> 'stopped' AND removed_at IS NULL
RETURNING node_id;

-- name: StopVMs :many
-- Asks for the VMs of a deployment to stop; returns their nodes.
UPDATE vms SET desired_state = 'stopped'
WHERE id IN (
  SELECT present.id FROM vms AS present
  WHERE present.deployment_id = $1 AND present.desired_state <> 'stopped' AND present.removed_at IS NULL
  ORDER BY present.id FOR UPDATE
)
RETURNING node_id;

-- name: AdoptWarmVMs :many
-- Gives a rollback the VMs that still run for the deployment that it goes back to, or for an earlier rollback to it, where
-- they are what it would start anew.
UPDATE vms SET deployment_id = @deployment_id
WHERE id IN (
  SELECT warm.id FROM vms AS warm
  JOIN deployments ON deployments.id = warm.deployment_id
  JOIN nodes ON nodes.id = warm.node_id
  WHERE deployments.state = 'retired'
    AND (deployments.id = @origin_id OR (deployments.origin_id = @origin_id AND deployments.trigger = 'rollback'))
    AND warm.kind = 'app' AND warm.desired_state = 'running' AND warm.state = 'healthy' AND warm.removed_at IS NULL
    AND warm.port = @port AND warm.cpu_millis = @cpu_millis AND warm.memory_bytes = @memory_bytes
    AND warm.health_path IS NOT DISTINCT FROM sqlc.narg(health_path)
    AND nodes.state = 'ready' AND nodes.last_seen_at > now() - @seen_within::interval
  ORDER BY warm.id LIMIT sqlc.arg(most)::int FOR UPDATE OF warm
)
RETURNING node_id;

-- name: ListDeploymentVMs :many
-- Every VM of a deployment with how its node is.
SELECT sqlc.embed(vms), nodes.name AS node_name, nodes.region,
  (coalesce(nodes.last_seen_at > now() - @seen_within::interval, false))::boolean AS node_seen
FROM vms JOIN nodes ON nodes.id = vms.node_id
WHERE vms.deployment_id = @deployment_id
ORDER BY vms.id;

-- name: ListLastRuntimeLines :many
-- The last lines that the VMs of a deployment wrote, newest first.
SELECT line FROM runtime_logs WHERE deployment_id = $1 ORDER BY id DESC LIMIT $2;
