-- name: ListNodes :many
-- The nodes with what their VMs hold of them, as placement counts it but for what each of the VMs that hold something costs beside its own
-- memory, whether each was heard of within the time, and whether all of its tokens are bound to its machine.
SELECT sqlc.embed(nodes), coalesce(held.vm_count, 0)::bigint AS vm_count, coalesce(held.cpu_millis, 0)::bigint AS cpu_millis_held,
  coalesce(held.memory_bytes, 0)::bigint AS memory_bytes_held, coalesce(held.holding, 0)::bigint AS holding_count,
  (nodes.last_seen_at IS NOT NULL AND node_silence.silent_for <= @seen_within::interval)::boolean AS in_touch,
  coalesce((SELECT bool_and(api_tokens.public_key IS NOT NULL) FROM api_tokens
    WHERE api_tokens.node_id = nodes.id AND api_tokens.revoked_at IS NULL AND (api_tokens.expires_at IS NULL OR api_tokens.expires_at > now())), false)::boolean AS bound
FROM nodes JOIN node_silence ON node_silence.id = nodes.id
LEFT JOIN LATERAL (
  SELECT count(*) AS vm_count,
    sum(vms.cpu_millis) FILTER (WHERE NOT (vms.kind = 'release' AND vms.exit_code IS NOT NULL)) AS cpu_millis,
    sum(vms.memory_bytes) FILTER (WHERE NOT (vms.kind = 'release' AND vms.exit_code IS NOT NULL)) AS memory_bytes,
    count(*) FILTER (WHERE NOT (vms.kind = 'release' AND vms.exit_code IS NOT NULL)) AS holding
  FROM vms WHERE vms.node_id = nodes.id AND vms.removed_at IS NULL
) AS held ON true
WHERE nodes.id > @after ORDER BY nodes.id LIMIT sqlc.arg(max_rows)::int;

-- name: ListRegions :many
-- The regions where a node was ever heard of, and whether a VM may be placed there now.
SELECT region, bool_or(state = 'ready' AND unreachable_since IS NULL AND last_seen_at > now() - @seen_within::interval)::boolean AS ready
FROM nodes WHERE last_seen_at IS NOT NULL
GROUP BY region ORDER BY region;

-- name: GetNode :one
SELECT sqlc.embed(nodes), coalesce(held.vm_count, 0)::bigint AS vm_count, coalesce(held.cpu_millis, 0)::bigint AS cpu_millis_held,
  coalesce(held.memory_bytes, 0)::bigint AS memory_bytes_held, coalesce(held.holding, 0)::bigint AS holding_count,
  (nodes.last_seen_at IS NOT NULL AND node_silence.silent_for <= @seen_within::interval)::boolean AS in_touch,
  coalesce((SELECT bool_and(api_tokens.public_key IS NOT NULL) FROM api_tokens
    WHERE api_tokens.node_id = nodes.id AND api_tokens.revoked_at IS NULL AND (api_tokens.expires_at IS NULL OR api_tokens.expires_at > now())), false)::boolean AS bound
FROM nodes JOIN node_silence ON node_silence.id = nodes.id
LEFT JOIN LATERAL (
  SELECT count(*) AS vm_count,
    sum(vms.cpu_millis) FILTER (WHERE NOT (vms.kind = 'release' AND vms.exit_code IS NOT NULL)) AS cpu_millis,
    sum(vms.memory_bytes) FILTER (WHERE NOT (vms.kind = 'release' AND vms.exit_code IS NOT NULL)) AS memory_bytes,
    count(*) FILTER (WHERE NOT (vms.kind = 'release' AND vms.exit_code IS NOT NULL)) AS holding
  FROM vms WHERE vms.node_id = nodes.id AND vms.removed_at IS NULL
) AS held ON true
WHERE nodes.id = @id;

-- name: NodeByName :one
SELECT * FROM nodes WHERE name = $1;

-- name: LockNodePrefixes :exec
-- Nodes get their addresses one at a time.
SELECT pg_advisory_xact_lock(hashtextextended('zeitwork.nodes.prefix', 0));

-- name: ListNodePrefixes :many
-- The address ranges that no new node may get: those of nodes, and of deleted ones that rest.
SELECT prefix FROM nodes UNION ALL SELECT prefix FROM resting_prefixes;

-- name: RestPrefix :exec
-- Keeps the address range of a node that is deleted from other nodes, until no edge can route to it.
INSERT INTO resting_prefixes (prefix) VALUES (@prefix) ON CONFLICT (prefix) DO UPDATE SET released_at = now();

-- name: CreateNode :one
INSERT INTO nodes (id, name, region, prefix) VALUES (@id, @name, @region, @prefix) RETURNING *;

-- name: UpdateNode :execrows
-- Changes what is given of what operators decide. Whoever sets the state and says nothing of labels ends an upgrade that drains the node.
UPDATE nodes SET state = coalesce(sqlc.narg(state), state), max_cpu_millis = coalesce(sqlc.narg(max_cpu_millis), max_cpu_millis),
  max_memory_bytes = coalesce(sqlc.narg(max_memory_bytes), max_memory_bytes),
  reserved_memory_bytes = coalesce(sqlc.narg(reserved_memory_bytes), reserved_memory_bytes),
  cpu_overcommit = coalesce(sqlc.narg(cpu_overcommit), cpu_overcommit),
  labels = coalesce(sqlc.narg(labels), CASE WHEN sqlc.narg(state)::text IS NULL THEN labels ELSE labels - 'upgrade' END)
WHERE id = @id;

-- name: DeleteNode :execrows
DELETE FROM nodes WHERE id = $1;

-- name: LockNode :one
SELECT * FROM nodes WHERE id = $1 FOR UPDATE;

-- name: CountNodeVMs :one
-- The VMs of a node that keep it from being deleted: those of which something is left. A node that has been silent for that
-- long will not say that the VMs which are to stop are gone.
SELECT count(*) FROM vms JOIN nodes ON nodes.id = vms.node_id
WHERE vms.node_id = @node_id AND vms.removed_at IS NULL
  AND (vms.desired_state <> 'stopped' OR nodes.last_seen_at > now() - @silent_for::interval);

-- name: DeleteNodeVMs :exec
-- Forgets the VMs of a node that is deleted, with what they logged.
DELETE FROM vms WHERE node_id = $1;

-- name: ListAssignments :many
-- The VMs that a node is to run or to remove, without the columns that it needs only once of each VM. An agent that cannot run release commands would run
-- the app instead: it may remove VMs of release commands only.
SELECT vms.id, vms.deployment_id, deployments.project_id, vms.kind, vms.command, (vms.started_at IS NOT NULL)::boolean AS begun, vms.desired_state, deployments.image_digest, vms.ip, vms.port,
  vms.cpu_millis, vms.memory_bytes, vms.health_path,
  deployments.commit_sha, deployments.branch, projects.slug, projects.grace_seconds,
  ARRAY(SELECT domains.hostname FROM domains WHERE domains.environment_id = deployments.environment_id AND domains.kind <> 'deployment'
    AND (domains.kind <> 'custom' OR domains.verified_at IS NOT NULL) AND domains.redirect_to_id IS NULL AND domains.hostname NOT LIKE '*%'
    ORDER BY domains.kind, domains.id)::text[] AS hostnames
FROM vms JOIN deployments ON deployments.id = vms.deployment_id JOIN projects ON projects.id = deployments.project_id
WHERE vms.node_id = @node_id AND vms.removed_at IS NULL
  AND (vms.kind <> 'release' OR vms.desired_state = 'stopped' OR @runs_releases::boolean)
ORDER BY vms.id;

-- name: ListFirstAssignments :many
-- The columns that a node needs once, of VMs that it has not been told of.
SELECT vms.id, vms.deployment_id, deployments.project_id, projects.organisation_id, deployments.environment_sealed,
  coalesce((SELECT max(runtime_logs.sequence) FROM runtime_logs WHERE runtime_logs.vm_id = vms.id), 0)::bigint AS log_sequence
FROM vms JOIN deployments ON deployments.id = vms.deployment_id JOIN projects ON projects.id = deployments.project_id
WHERE vms.node_id = @node_id AND vms.id = ANY (@ids::uuid[]);

-- name: RecordNodeCapabilities :exec
UPDATE nodes SET capabilities = @capabilities WHERE id = @id AND capabilities <> @capabilities;

-- name: RecordNodeReport :one
-- Returns how much time the report tells of: what has passed since the one before, and no more than two of an agent's intervals, as
-- nobody knows what happened while the node or the api was away. The first report bounds what counts of later ones, until an operator does.
-- A column that the report does not name keeps its value: an agent whose report an API of the version before has refused leaves columns out for a while. An
-- empty reason says that edges reach the node.
UPDATE nodes SET version = @version, runtime = @runtime, cpu_millis = @cpu_millis, memory_bytes = @memory_bytes, last_seen_at = now(),
  max_cpu_millis = coalesce(nodes.max_cpu_millis, nullif(@cpu_millis::integer, 0)), max_memory_bytes = coalesce(nodes.max_memory_bytes, nullif(@memory_bytes::bigint, 0)),
  kernel = coalesce(sqlc.narg(kernel), nodes.kernel), disk_bytes = coalesce(sqlc.narg(disk_bytes), nodes.disk_bytes),
  disk_free_bytes = coalesce(sqlc.narg(disk_free_bytes), nodes.disk_free_bytes),
  agent_started_at = coalesce(sqlc.narg(agent_started_at), nodes.agent_started_at), os = coalesce(sqlc.narg(os), nodes.os),
  containerd = CASE WHEN sqlc.narg(kernel)::text IS NULL THEN nodes.containerd ELSE sqlc.narg(containerd) END,
  boot_id = coalesce(sqlc.narg(boot_id), nodes.boot_id), clock_ahead_ms = coalesce(sqlc.narg(clock_ahead_ms), nodes.clock_ahead_ms),
  unreachable_because = nullif(coalesce(sqlc.narg(unreachable_because)::text, nodes.unreachable_because), ''),
  unreachable_since = CASE
    WHEN sqlc.narg(unreachable_because)::text IS NULL THEN nodes.unreachable_since
    WHEN sqlc.narg(unreachable_because)::text <> '' THEN coalesce(nodes.unreachable_since, now())
  END
FROM (SELECT nodes.id, nodes.last_seen_at FROM nodes WHERE nodes.id = @id FOR NO KEY UPDATE) AS before
WHERE nodes.id = before.id
RETURNING least(now() - coalesce(before.last_seen_at, now()), interval '10 seconds')::interval AS told_of;

-- name: AddWaitingTime :exec
-- Adds the time that a report tells of to what those VMs of the node have taken to start, or have been without health since.
UPDATE vms SET
  starting_for = starting_for
    + CASE WHEN state IN ('pending', 'pulling') THEN least(@told_of::interval, now() - created_at) ELSE interval '0' END,
  unhealthy_for = unhealthy_for
    + CASE WHEN state IN ('pending', 'pulling') THEN interval '0' ELSE least(@told_of::interval, now() - created_at) END
WHERE id = ANY (@ids::uuid[]);

-- name: LockNodeVMs :many
-- The VMs of a node that a report names, and those that are not healthy yet. Other VMs are not locked: reports of an idle node lock none.
SELECT * FROM vms WHERE vms.node_id = @node_id AND vms.removed_at IS NULL
  AND (vms.id = ANY (@ids::uuid[]) OR (vms.desired_state = 'running' AND vms.state IN ('pending', 'pulling', 'starting', 'running', 'unhealthy', 'crashed')))
ORDER BY vms.id
FOR NO KEY UPDATE;

-- name: RecordVMReport :exec
UPDATE vms
SET state = @state::text, message = @message, exit_code = coalesce(@exit_code, CASE kind WHEN 'release' THEN exit_code END), restarts = @restarts,
  started_at = CASE
    WHEN @state::text IN ('running', 'healthy', 'unhealthy', 'crashed', 'exited') THEN coalesce(started_at, now()) ELSE started_at END,
  healthy_at = CASE WHEN @state::text = 'healthy' THEN coalesce(healthy_at, now()) ELSE healthy_at END,
  unhealthy_for = CASE WHEN @state::text = 'healthy' THEN interval '0' ELSE unhealthy_for END,
  removed_at = CASE WHEN @state::text = 'removed' THEN now() ELSE removed_at END
WHERE id = @id;

-- name: ListNodeVMs :many
-- The VMs of a node of which something is left, with what they are for, and the VM that is to take the place of one, where there is one already.
SELECT sqlc.embed(vms), coalesce(replacement.state, '') AS replacement_state, coalesce(replacement.node_name, '') AS replacement_node, deployments.state AS deployment_state, deployments.branch, environments.id AS environment_id,
  environments.kind AS environment_kind, projects.id AS project_id, projects.slug AS project_slug, organisations.id AS organisation_id,
  organisations.slug AS organisation_slug
FROM vms
JOIN deployments ON deployments.id = vms.deployment_id
JOIN environments ON environments.id = deployments.environment_id
JOIN projects ON projects.id = deployments.project_id
JOIN organisations ON organisations.id = projects.organisation_id
LEFT JOIN LATERAL (
  SELECT other.state, nodes.name AS node_name FROM vms AS other JOIN nodes ON nodes.id = other.node_id
  WHERE other.replaces_id = vms.id AND other.desired_state = 'running' AND other.removed_at IS NULL
  ORDER BY other.id DESC LIMIT 1
) AS replacement ON true
WHERE vms.node_id = @node_id AND vms.removed_at IS NULL AND vms.id > @after
ORDER BY vms.id LIMIT sqlc.arg(max_rows)::int;

-- name: DeploymentOfNodeVM :one
-- The deployment of a VM, its project and organisation, if the VM is that node's.
SELECT vms.deployment_id, deployments.project_id, projects.organisation_id
FROM vms JOIN deployments ON deployments.id = vms.deployment_id JOIN projects ON projects.id = deployments.project_id
WHERE vms.id = @id AND vms.node_id = @node_id;

-- name: NodeRunsProject :one
-- Whether a node has a VM of a project, and so may pull its images.
SELECT EXISTS (
  SELECT FROM vms JOIN deployments ON deployments.id = vms.deployment_id
  WHERE vms.node_id = @node_id AND deployments.project_id = @project_id AND vms.removed_at IS NULL
);
