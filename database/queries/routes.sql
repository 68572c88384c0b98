-- name: NextRouteVersion :one
-- Counts the route table's version up. The row stays locked until the transaction ends, so that versions are committed
-- in their order.
INSERT INTO route_table (id, version) VALUES (1, 1)
ON CONFLICT (id) DO UPDATE SET version = route_table.version + 1
RETURNING version;

-- name: PointDomains :exec
UPDATE domains SET deployment_id = @deployment_id WHERE project_id = @project_id;

-- name: CountEdgesBehind :one
-- The live edges that may still serve from a route table older than the version.
SELECT count(*) FROM edges WHERE last_seen_at > now() - @seen_within::interval AND acknowledged_version < @version;

-- name: CurrentRouteVersion :one
SELECT coalesce(max(version), 0)::bigint FROM route_table;

-- name: ReleaseDomains :exec
-- Takes the domains of a project from whatever answers on them.
UPDATE domains SET deployment_id = NULL WHERE project_id = $1;
