-- name: UpsertImage :one
INSERT INTO images (id, project_id, repository, digest, size_bytes)
VALUES (@id, @project_id, @repository, @digest, @size_bytes)
ON CONFLICT (project_id, digest) DO UPDATE SET repository = excluded.repository
RETURNING *;
