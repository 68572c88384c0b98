-- name: ListEdges :many
SELECT * FROM edges WHERE id > @after ORDER BY id LIMIT sqlc.arg(max_rows)::int;

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

-- name: TouchEdge :exec
UPDATE edges SET last_seen_at = now() WHERE id = $1;
