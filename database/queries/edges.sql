-- name: ListEdges :many
SELECT sqlc.embed(edges), (edges.last_seen_at IS NOT NULL AND edge_silence.silent_for <= @seen_within::interval)::boolean AS in_touch
FROM edges JOIN edge_silence ON edge_silence.id = edges.id
WHERE edges.id > @after ORDER BY edges.id LIMIT sqlc.arg(max_rows)::int;

-- name: SetEdgeState :execrows
-- Has load balancers leave an edge, or come back to it.
UPDATE edges SET state = @state WHERE id = @id;

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

-- name: RecordEdgePolls :many
-- Remembers what edges say with their polls: which version of the route table they serve from (-1: none that there is), the version of their binaries and
-- from which addresses they connect to VMs, with commas between (both empty: as before), how many
-- milliseconds their clocks are ahead (-2147483648: as before), and whether they drain (empty: they do not tell). Returns what operators want of them, and
-- whether their addresses have changed. Edges are locked by id.
WITH told AS (
  SELECT unnest(@ids::uuid[]) AS id, unnest(@acknowledged::bigint[]) AS acknowledged, unnest(@versions::text[]) AS version, unnest(@addresses::text[]) AS addresses,
    unnest(@clocks_ahead_ms::int[]) AS clock_ahead_ms, unnest(@drains::text[]) AS drains
), before AS (
  SELECT edges.id, edges.addresses FROM edges WHERE edges.id IN (SELECT told.id FROM told) ORDER BY edges.id FOR NO KEY UPDATE
)
UPDATE edges SET
  last_seen_at = now(), clock_ahead_ms = coalesce(nullif(told.clock_ahead_ms, -2147483648), edges.clock_ahead_ms),
  acknowledged_version = CASE WHEN told.acknowledged >= 0 THEN told.acknowledged ELSE edges.acknowledged_version END,
  version = CASE told.version WHEN '' THEN edges.version ELSE told.version END,
  addresses = CASE told.addresses WHEN '' THEN edges.addresses ELSE string_to_array(told.addresses, ',') END,
  drains = nullif(told.drains, '')::boolean
FROM told JOIN before ON before.id = told.id
WHERE edges.id = told.id
RETURNING edges.id, edges.state, edges.addresses, (edges.addresses IS DISTINCT FROM before.addresses)::boolean AS moved;

-- name: TouchEdges :exec
-- Remembers that edges are there. They are locked by id.
UPDATE edges SET last_seen_at = now()
WHERE id IN (SELECT touched.id FROM edges AS touched WHERE touched.id = ANY (@ids::uuid[]) ORDER BY touched.id FOR NO KEY UPDATE);

-- name: CountEdges :one
-- How many edges are in touch and wanted by load balancers, and which ones are not wanted.
SELECT count(*) FILTER (
    WHERE edges.state <> 'draining' AND edges.last_seen_at IS NOT NULL AND edge_silence.silent_for <= @seen_within::interval
  ) AS serving,
  coalesce(array_agg(edges.id) FILTER (WHERE edges.state = 'draining'), '{}')::uuid[] AS draining
FROM edges JOIN edge_silence ON edge_silence.id = edges.id;

-- name: ListEdgeAddresses :many
-- The addresses of each edge that was ever there.
SELECT addresses FROM edges WHERE last_seen_at IS NOT NULL ORDER BY id;

-- name: NotifyNodes :exec
-- Has every node look at its assignments.
SELECT pg_notify('zeitwork_nodes', id::text) FROM nodes;
