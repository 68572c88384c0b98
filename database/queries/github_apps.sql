-- name: CreateGithubApp :one
INSERT INTO github_apps (id, app_id, slug, client_id, created_by) VALUES (@id, @app_id, @slug, @client_id, @created_by) RETURNING *;

-- name: GetGithubApp :one
-- The App that the platform has now.
SELECT * FROM github_apps WHERE removed_at IS NULL;

-- name: RemoveGithubApp :execrows
UPDATE github_apps SET removed_at = now() WHERE removed_at IS NULL;
