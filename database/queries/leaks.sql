-- name: RecordNodeLook :one
-- Writes that a node has looked for what no row needs, or tried to.
INSERT INTO leak_looks (id, node_id, kind, looked_at, problem, found)
VALUES (@id, @node_id::uuid, @kind, CASE WHEN sqlc.narg(problem)::text IS NULL THEN now() END, sqlc.narg(problem), @found)
ON CONFLICT (node_id, kind) WHERE node_id IS NOT NULL DO UPDATE SET
  looked_at = coalesce(excluded.looked_at, leak_looks.looked_at), problem = excluded.problem, tried_at = now(),
  found = CASE WHEN excluded.problem IS NULL THEN excluded.found ELSE leak_looks.found END
RETURNING leak_looks.id;

-- name: RecordPlatformLook :one
-- Writes that a worker has looked for what no row needs, or tried to.
INSERT INTO leak_looks (id, kind, looked_at, problem, found)
VALUES (@id, @kind, CASE WHEN sqlc.narg(problem)::text IS NULL THEN now() END, sqlc.narg(problem), @found)
ON CONFLICT (kind) WHERE node_id IS NULL DO UPDATE SET
  looked_at = coalesce(excluded.looked_at, leak_looks.looked_at), problem = excluded.problem, tried_at = now(),
  found = CASE WHEN excluded.problem IS NULL THEN excluded.found ELSE leak_looks.found END
RETURNING leak_looks.id;

-- name: ReplaceLeaks :exec
-- Makes what a look has found all that is known of its kind and place. What was known before keeps when it was first seen.
WITH gone AS (
  DELETE FROM leaks WHERE leaks.look_id = @look_id::uuid AND leaks.name <> ALL (@names::text[])
)
INSERT INTO leaks (id, look_id, name, detail)
SELECT found.id, @look_id::uuid, found.name, found.detail
FROM (SELECT unnest(@ids::uuid[]) AS id, unnest(@names::text[]) AS name, unnest(@details::text[]) AS detail) AS found
ON CONFLICT (look_id, name) DO UPDATE SET detail = excluded.detail, last_seen_at = now();

-- name: ListLeaks :many
-- What the last looks have found that was found for so long: what is younger is about to be removed by whoever found it.
SELECT sqlc.embed(leaks), leak_looks.kind, leak_looks.node_id, leak_looks.looked_at, nodes.name AS node_name
FROM leaks
JOIN leak_looks ON leak_looks.id = leaks.look_id
LEFT JOIN nodes ON nodes.id = leak_looks.node_id
WHERE leaks.id > @after AND leaks.last_seen_at - leaks.first_seen_at >= @grace::interval
ORDER BY leaks.id LIMIT sqlc.arg(max_rows)::int;

-- name: ListLooksOfNodes :many
-- What nodes and the platform itself told of their last looks. The platform's have no node.
SELECT * FROM leak_looks
WHERE (leak_looks.node_id = ANY (@node_ids::uuid[])) OR (leak_looks.node_id IS NULL AND @platform::boolean)
ORDER BY leak_looks.node_id NULLS FIRST, leak_looks.kind;

-- name: SumLooks :many
-- Of each kind the look that is longest ago of all places, and how many places have told nothing of it: nodes that are away or of a version that does not
-- look, and whoever could not look the last time. Workers look for no snapshots.
WITH kinds AS (
  SELECT unnest(ARRAY['vm', 'address', 'image', 'snapshot']) AS kind
), places AS (
  SELECT kinds.kind, nodes.id AS node_id, (nodes.last_seen_at IS NOT NULL AND node_silence.silent_for <= @seen_within::interval) AS in_touch
  FROM kinds CROSS JOIN nodes JOIN node_silence ON node_silence.id = nodes.id
  UNION ALL
  SELECT kinds.kind, NULL, true FROM kinds WHERE kinds.kind <> 'snapshot'
)
SELECT places.kind::text AS kind, count(*) AS places,
  count(*) FILTER (WHERE NOT places.in_touch OR leak_looks.looked_at IS NULL OR leak_looks.problem IS NOT NULL) AS untold,
  coalesce(min(leak_looks.looked_at), now())::timestamptz AS looked_at, (count(leak_looks.looked_at) > 0)::boolean AS looked
FROM places
LEFT JOIN leak_looks ON leak_looks.kind = places.kind AND leak_looks.node_id IS NOT DISTINCT FROM places.node_id
GROUP BY places.kind ORDER BY places.kind;

-- name: ListUnneededVMRows :many
-- The VMs that are to stop and of which something is left, with why nobody says that they are gone. Most are about to be removed.
SELECT vms.id, nodes.name AS node_name, (nodes.last_seen_at IS NOT NULL AND node_silence.silent_for <= @seen_within::interval)::boolean AS in_touch, vms.state
FROM vms JOIN nodes ON nodes.id = vms.node_id JOIN node_silence ON node_silence.id = vms.node_id
WHERE vms.desired_state = 'stopped' AND vms.removed_at IS NULL
ORDER BY vms.id LIMIT sqlc.arg(max_rows)::int;

-- name: ListRestingAddresses :many
-- The addresses of VMs that are gone which cannot be given back, although the time for that is long over, since an edge was not heard of meanwhile.
SELECT vms.ip FROM vms
WHERE vms.ip_released_at IS NULL AND vms.removed_at < now() - @rested_for::interval
  AND vms.removed_at > (SELECT min(edges.last_seen_at) FROM edges)
ORDER BY vms.removed_at LIMIT sqlc.arg(max_rows)::int;

-- name: ListUncollectedImages :many
-- The images that nobody can go back to and that could not be taken out of the registry. Nothing is taken from projects whose deletion can be undone.
SELECT images.digest, projects.slug AS project_slug FROM images JOIN projects ON projects.id = images.project_id
WHERE images.collected_at < now() - @marked_for::interval AND images.repository <> '' AND projects.kept_until IS NULL
ORDER BY images.id LIMIT sqlc.arg(max_rows)::int;
