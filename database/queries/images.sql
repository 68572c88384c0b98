-- name: UpsertImage :one
-- Writes that a deployment needs an image, which is in the registry. The project is locked.
INSERT INTO images (id, project_id, repository, digest, size_bytes)
VALUES (@id, @project_id, @repository, @digest, @size_bytes)
ON CONFLICT (project_id, digest) DO UPDATE SET
  repository = excluded.repository, size_bytes = greatest(images.size_bytes, excluded.size_bytes), collected_at = NULL
RETURNING *;
