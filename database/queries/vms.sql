-- name: LockPlacement :exec
-- Placements take turns, so that two cannot give the same room or address away. Nodes are not locked, so that no heartbeat waits
-- for a placement. Deleting a node takes a turn, too.
SELECT pg_advisory_xact_lock(hashtextextended('zeitwork.placement', 0));

-- name: ListUsableNodes :many
-- The nodes that may get VMs, of a region or, where none is given, of all. Placement is locked.
SELECT * FROM nodes
WHERE state = 'ready' AND last_seen_at > now() - @seen_within::interval AND unreachable_since IS NULL
  AND @region::text IN ('', region)
ORDER BY id;

-- name: SampleUsableNodes :many
-- So many of ListUsableNodes, chosen at random, and those of them that are near or that have VMs of a deployment. Placement is locked.
WITH usable AS MATERIALIZED (
  SELECT nodes.id FROM nodes
  WHERE nodes.state = 'ready' AND nodes.last_seen_at > now() - @seen_within::interval AND nodes.unreachable_since IS NULL
    AND @region::text IN ('', nodes.region)
)
SELECT * FROM nodes
WHERE id = ANY (ARRAY(
  (SELECT usable.id FROM usable ORDER BY random() LIMIT sqlc.arg(most)::int)
  UNION
  SELECT usable.id FROM usable WHERE usable.id = ANY (@near::uuid[]) OR usable.id IN (
    SELECT vms.node_id FROM vms WHERE vms.deployment_id = @deployment_id AND vms.kind = 'app' AND vms.removed_at IS NULL
  )
))
ORDER BY id;

-- name: ListNodeUsage :many
-- What VMs hold of each of these nodes: processors and memory as long as anything of the VM is left (release commands that have ended hold
-- none), and how many do, addresses until they are given back.
SELECT node_id,
  coalesce(sum(cpu_millis) FILTER (WHERE removed_at IS NULL AND NOT (kind = 'release' AND exit_code IS NOT NULL)), 0)::bigint AS cpu_millis,
  coalesce(sum(memory_bytes) FILTER (WHERE removed_at IS NULL AND NOT (kind = 'release' AND exit_code IS NOT NULL)), 0)::bigint AS memory_bytes,
  count(*) FILTER (WHERE removed_at IS NULL AND NOT (kind = 'release' AND exit_code IS NOT NULL)) AS holding,
  count(*) FILTER (WHERE removed_at IS NULL AND deployment_id = @deployment_id AND kind = 'app') AS instances,
  count(*) AS addresses
FROM vms WHERE ip_released_at IS NULL AND node_id = ANY (@nodes::uuid[])
GROUP BY node_id;

-- name: FindSilentEdge :one
-- The edge that has been silent longest of those that keep addresses from being given back; no row where none does.
SELECT edges.name, (now() - edges.last_seen_at)::interval AS silent_for FROM edges
WHERE edges.last_seen_at < (SELECT max(vms.removed_at) FROM vms WHERE vms.ip_released_at IS NULL AND vms.removed_at IS NOT NULL)
  AND edges.last_seen_at < now() - @silent_for::interval
ORDER BY edges.last_seen_at LIMIT 1;

-- name: ListHeldAddresses :many
SELECT ip FROM vms WHERE ip_released_at IS NULL AND ip <<= @prefix::cidr;

-- name: ReleaseAddresses :exec
-- Gives back the addresses of VMs of which nothing is left, once the cooldown has passed. An edge that was not heard of
-- since may still send the requests of one customer to an address that would be another's: until it comes back or is
-- deleted, the address rests.
UPDATE vms SET ip_released_at = now()
WHERE ip_released_at IS NULL AND removed_at < now() - @cooldown::interval
  AND removed_at <= (SELECT coalesce(min(edges.last_seen_at), 'infinity') FROM edges);

-- name: ReleasePrefixes :exec
-- As ReleaseAddresses, for the address ranges of nodes that were deleted.
DELETE FROM resting_prefixes
WHERE released_at < now() - @cooldown::interval
  AND NOT EXISTS (SELECT FROM edges WHERE edges.last_seen_at < resting_prefixes.released_at);

-- name: CreateVM :exec
INSERT INTO vms (id, deployment_id, node_id, kind, command, ip, port, cpu_millis, memory_bytes, health_path, replaces_id)
VALUES (@id, @deployment_id, @node_id, @kind, @command, @ip, @port, @cpu_millis, @memory_bytes, @health_path, @replaces_id);

-- name: GetReleaseVM :one
-- The VM that runs the release command of a deployment, with how its node is; no row where none was placed.
SELECT sqlc.embed(vms), nodes.name AS node_name,
  (coalesce(nodes.last_seen_at > now() - @seen_within::interval, false))::boolean AS node_seen,
  (node_silence.silent_for > @lost_after::interval)::boolean AS node_lost,
  (coalesce(now() - vms.started_at, '0'::interval))::interval AS running_for
FROM vms
JOIN nodes ON nodes.id = vms.node_id
JOIN node_silence ON node_silence.id = vms.node_id
WHERE vms.deployment_id = @deployment_id AND vms.kind = 'release';

-- name: CountRunningVMs :many
-- How many VMs serve for a deployment, or are to, and are not to stop, in each region where there is one.
SELECT nodes.region, count(*) FROM vms JOIN nodes ON nodes.id = vms.node_id
WHERE vms.deployment_id = $1 AND vms.kind = 'app' AND vms.desired_state = 'running' AND vms.removed_at IS NULL
GROUP BY nodes.region;

-- name: CountPresentVMs :one
-- The VMs of a deployment that are not removed yet.
SELECT count(*) FROM vms WHERE deployment_id = $1 AND removed_at IS NULL;

-- name: CountVMsToRemove :one
-- The VMs of a deployment that are not removed yet, and how many of those are on nodes that are lost and so will not report soon that they
-- are gone.
SELECT count(*) AS present, count(*) FILTER (WHERE node_silence.silent_for > @lost_after::interval) AS lost
FROM vms JOIN node_silence ON node_silence.id = vms.node_id
WHERE vms.deployment_id = @deployment_id AND vms.removed_at IS NULL;

-- name: ListInstances :many
-- The VMs that serve for a deployment, or are to, with their regions, and whether another one, which has not failed, is already there to take a VM's
-- place. Locked.
SELECT sqlc.embed(vms), nodes.region, EXISTS (
  SELECT FROM vms AS replacement
  WHERE replacement.replaces_id = vms.id AND replacement.desired_state = 'running' AND replacement.removed_at IS NULL AND replacement.state <> 'failed'
) AS replaced
FROM vms JOIN nodes ON nodes.id = vms.node_id
WHERE vms.deployment_id = $1 AND vms.kind = 'app' AND vms.desired_state = 'running' AND vms.removed_at IS NULL
ORDER BY vms.id
FOR NO KEY UPDATE OF vms;

-- name: CountRecentFailures :one
-- How many VMs of a deployment that were placed within the time failed for good, or were given up as they did not become healthy in the place of another
-- one, and how long ago the last of them was.
SELECT count(*) AS failures, coalesce(now() - max(vms.created_at), interval '0')::interval AS last_ago
FROM vms
WHERE vms.deployment_id = @deployment_id AND vms.kind = 'app' AND vms.created_at > now() - @within::interval
  AND (vms.state = 'failed' OR (vms.replaces_id IS NOT NULL AND vms.desired_state = 'stopped' AND vms.healthy_at IS NULL));

-- name: SetVMsDesired :many
-- Asks for those VMs to stop, or takes them out of the route table; returns their nodes.
UPDATE vms SET desired_state = @desired_state WHERE id = ANY (@ids::uuid[]) RETURNING node_id;

-- name: SettleInstances :exec
-- Writes that the live deployment of production has as many VMs as the project asks for, where it asks for them.
UPDATE projects SET instances_changed_at = NULL WHERE id = $1 AND instances_changed_at IS NOT NULL;

-- name: UnsettleInstances :exec
-- Has reconcile compare the VMs of production's live deployment with what the project asks for.
UPDATE projects SET instances_changed_at = now() WHERE id = $1;

-- name: StopReleaseVM :many
-- Asks for the VM that runs the release command of a deployment to stop; returns its node.
UPDATE vms SET desired_state = 'stopped' WHERE deployment_id = $1 AND kind = 'release' AND desired_state <> 'stopped' AND removed_at IS NULL
RETURNING node_id;

-- name: ForgetWarmth :exec
-- Writes that the VMs of a deployment that has ended are asked to stop: before StopVMs, since deployments are locked before VMs.
UPDATE deployments SET warm_until = NULL WHERE id = $1 AND warm_until IS NOT NULL;

-- name: DrainVMs :exec
-- Takes the VMs of a deployment out of the route table. They run on.
UPDATE vms SET desired_state = 'draining'
WHERE id IN (
  SELECT serving.id FROM vms AS serving
  WHERE serving.deployment_id = $1 AND serving.kind = 'app' AND serving.desired_state = 'running' AND serving.removed_at IS NULL
  ORDER BY serving.id FOR NO KEY UPDATE
);

-- name: StopVMs :many
-- Asks for the VMs of a deployment to stop; returns their nodes.
UPDATE vms SET desired_state = 'stopped'
WHERE id IN (
  SELECT present.id FROM vms AS present
  WHERE present.deployment_id = $1 AND present.desired_state <> 'stopped' AND present.removed_at IS NULL
  ORDER BY present.id FOR NO KEY UPDATE
)
RETURNING node_id;

-- name: AdoptWarmVMs :many
-- Gives a rollback the VMs of a region, or of all where none is given, that still run for the deployment that it goes back to, or for an earlier rollback
-- to it, where they are what it would start anew.
UPDATE vms SET deployment_id = @deployment_id
WHERE id IN (
  SELECT warm.id FROM vms AS warm
  JOIN deployments ON deployments.id = warm.deployment_id
  JOIN nodes ON nodes.id = warm.node_id
  WHERE deployments.environment_id = @environment_id AND deployments.state = 'retired'
    AND (deployments.id = @origin_id OR (deployments.origin_id = @origin_id AND deployments.trigger = 'rollback'))
    AND warm.kind = 'app' AND warm.desired_state = 'running' AND warm.state = 'healthy' AND warm.removed_at IS NULL
    AND warm.port = @port AND warm.cpu_millis = @cpu_millis AND warm.memory_bytes = @memory_bytes
    AND warm.health_path IS NOT DISTINCT FROM sqlc.narg(health_path)
    AND nodes.state = 'ready' AND nodes.last_seen_at > now() - @seen_within::interval AND nodes.unreachable_since IS NULL
    AND @region::text IN ('', nodes.region)
  ORDER BY warm.id LIMIT sqlc.arg(most)::int FOR NO KEY UPDATE OF warm
)
RETURNING node_id;

-- name: ListDeploymentVMs :many
-- Every VM of a deployment with how its node is.
SELECT sqlc.embed(vms), nodes.name AS node_name, nodes.region,
  (coalesce(nodes.last_seen_at > now() - @seen_within::interval, false))::boolean AS node_seen
FROM vms JOIN nodes ON nodes.id = vms.node_id
WHERE vms.deployment_id = @deployment_id
ORDER BY vms.id;

-- name: ListDeploymentVMsOf :many
-- The VMs of one deployment of an organisation, with the nodes and regions that they are in.
SELECT sqlc.embed(vms), nodes.name AS node, nodes.region
FROM vms JOIN nodes ON nodes.id = vms.node_id
WHERE vms.deployment_id = @deployment_id
  AND @organisation_id::uuid = (
    SELECT projects.organisation_id FROM deployments JOIN projects ON projects.id = deployments.project_id WHERE deployments.id = @deployment_id
  )
ORDER BY vms.id;

-- name: ListLastRuntimeLines :many
-- The last lines that the VMs of a deployment wrote, newest first. It compares and orders as ListBuildLogs does.
SELECT line FROM runtime_logs
WHERE (deployment_id, id) >= (@deployment_id::uuid, 0) AND (deployment_id, id) <= (@deployment_id::uuid, 9223372036854775807)
ORDER BY deployment_id DESC, id DESC LIMIT sqlc.arg('limit')::int;
