-- name: ShowControlPlane :exec
-- Says that an api answers. When none has said so for a while, nodes and edges could reach none: their leases begin anew.
INSERT INTO control_plane (id, answering_since, answered_at) VALUES (1, now(), now())
ON CONFLICT (id) DO UPDATE SET
  answering_since = CASE
    WHEN control_plane.answered_at < now() - interval '3 seconds' THEN excluded.answering_since
    ELSE control_plane.answering_since
  END,
  answered_at = excluded.answered_at;

-- name: RestoreProgress :one
-- How far the platform has come that goes by a database which was restored from a backup: whether some nodes with VMs have not said yet which of them run,
-- and whether some edges still serve by a route table from before. After an api has answered for patience, nothing waits any more for nodes, nor for edges
-- that are silent or were never heard of: until then one may not have come back yet.
SELECT (control_plane.restored_at IS NOT NULL)::boolean AS restored,
  coalesce(
    patient.still AND EXISTS (
      SELECT FROM nodes WHERE nodes.last_seen_at <= control_plane.restored_at
        AND EXISTS (SELECT FROM vms WHERE vms.node_id = nodes.id AND vms.removed_at IS NULL)
    ), false)::boolean AS awaits_nodes,
  EXISTS (
    SELECT FROM edges JOIN edge_silence ON edge_silence.id = edges.id
    WHERE edges.acknowledged_version < control_plane.restored_version
      AND (patient.still OR (edges.last_seen_at IS NOT NULL AND edge_silence.silent_for <= @silent_for::interval))
  )::boolean AS awaits_edges
FROM control_plane CROSS JOIN LATERAL (
  SELECT control_plane.answered_at < now() - interval '3 seconds' OR now() < control_plane.answering_since + @patience::interval AS still
) AS patient
WHERE control_plane.id = 1;

-- name: EndRestore :exec
-- Writes that the platform goes by the restored database.
UPDATE control_plane SET restored_at = NULL, restored_version = NULL WHERE id = 1 AND restored_at IS NOT NULL;

-- name: LastAnswerOfAPI :one
-- When an api has said last that it answers.
SELECT answered_at FROM control_plane WHERE id = 1;
