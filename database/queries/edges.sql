-- name: ListEdges :many
SELECT sqlc.embed(edges), (edges.last_seen_at IS NOT NULL AND edge_silence.silent_for <= @seen_within::interval)::boolean AS in_touch
FROM edges JOIN edge_silence ON edge_silence.id = edges.id
WHERE edges.id > @after ORDER BY edges.id LIMIT sqlc.arg(max_rows)::int;

-- name: GetEdge :one
SELECT sqlc.embed(edges), (edges.last_seen_at IS NOT NULL AND edge_silence.silent_for <= @seen_within::interval)::boolean AS in_touch
FROM edges JOIN edge_silence ON edge_silence.id = edges.id
WHERE edges.id = @id;

-- name: EdgeByName :one
SELECT * FROM edges WHERE name = $1;

-- name: CreateEdge :one
INSERT INTO edges (id, name, region) VALUES (@id, @name, @region) RETURNING *;

-- name: LockEdge :one
SELECT * FROM edges WHERE id = $1 FOR NO KEY UPDATE;

-- name: DeleteEdge :execrows
DELETE FROM edges WHERE id = $1;

-- name: AcknowledgeRoutes :exec
-- Remembers which version of the route table an edge serves from.
UPDATE edges SET acknowledged_version = @version, last_seen_at = now() WHERE id = @id;

-- name: RecordEdgeVersion :exec
-- Remembers the version of the binary of an edge.
UPDATE edges SET version = @version WHERE id = @id AND version <> @version;

-- name: TouchEdge :exec
UPDATE edges SET last_seen_at = now() WHERE id = $1;

-- name: CountOtherEdges :one
-- How many edges but this one are in touch.
SELECT count(*) FROM edges JOIN edge_silence ON edge_silence.id = edges.id
WHERE edges.id <> @id AND edges.last_seen_at IS NOT NULL AND edge_silence.silent_for <= @seen_within::interval;

-- name: RecordEdgeAddresses :execrows
-- Remembers from which addresses an edge connects to VMs. It returns no rows where nothing has changed.
UPDATE edges SET addresses = @addresses::text[] WHERE id = @id AND addresses IS DISTINCT FROM @addresses::text[];

-- name: ListEdgeAddresses :many
-- The addresses of each edge that was ever there.
SELECT addresses FROM edges WHERE last_seen_at IS NOT NULL ORDER BY id;

-- name: NotifyNodes :exec
-- Has every node look at its assignments.
SELECT pg_notify('zeitwork_nodes', id::text) FROM nodes;
