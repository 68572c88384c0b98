-- name: ShowControlPlane :exec
-- Says that an api answers. When none has said so for a while, nodes and edges could reach none: their leases begin anew.
INSERT INTO control_plane (id, answering_since, answered_at) VALUES (1, now(), now())
ON CONFLICT (id) DO UPDATE SET
  answering_since = CASE
    WHEN control_plane.answered_at < now() - interval '3 seconds' THEN excluded.answering_since
    ELSE control_plane.answering_since
  END,
  answered_at = excluded.answered_at;
