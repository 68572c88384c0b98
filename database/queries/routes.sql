-- name: NextRouteVersion :one
-- Counts the route table's version up. The row stays locked until the transaction ends, so that versions are committed
-- in their order.
INSERT INTO route_table (id, version) VALUES (1, 1)
ON CONFLICT (id) DO UPDATE SET version = route_table.version + 1
RETURNING version;

-- name: PointDomains :exec
UPDATE domains SET deployment_id = @deployment_id WHERE environment_id = @environment_id AND kind <> 'deployment';

-- name: CountEdgesBehind :one
-- The edges that may still serve from a route table older than the version. One that was silent for that long counts as dead.
SELECT count(*) FROM edges JOIN edge_silence ON edge_silence.id = edges.id
WHERE edges.acknowledged_version < @version AND edges.last_seen_at IS NOT NULL AND edge_silence.silent_for <= @silent_for::interval;

-- name: CurrentRouteVersion :one
SELECT coalesce(max(version), 0)::bigint FROM route_table;

-- name: RouteTableNow :one
-- The version of the route table, and since which one its changes are kept.
SELECT version, changes_since FROM route_table;

-- name: ListRouteChanges :many
-- The hostnames that each version after the given one has changed.
SELECT version, hostname FROM route_changes WHERE version > @since ORDER BY version, hostname;

-- name: ReleaseDomains :exec
-- Takes the domains of an environment from the deployment that answers on them. Those of single deployments stay theirs.
UPDATE domains SET deployment_id = NULL WHERE environment_id = $1 AND kind <> 'deployment';
