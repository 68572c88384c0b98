-- name: ListEnvironmentVariables :many
SELECT name, updated_at FROM environment_variables WHERE project_id = $1 ORDER BY name;

-- name: LockEnvironmentVariable :one
-- The id of a variable that is there; the sealed value is bound to it.
SELECT id FROM environment_variables WHERE project_id = @project_id AND name = @name FOR NO KEY UPDATE;

-- name: CreateEnvironmentVariable :one
INSERT INTO environment_variables (id, project_id, name, value_sealed) VALUES (@id, @project_id, @name, @value_sealed)
RETURNING name, updated_at;

-- name: UpdateEnvironmentVariable :one
UPDATE environment_variables SET value_sealed = @value_sealed, updated_at = now() WHERE id = @id RETURNING name, updated_at;

-- name: CountEnvironmentVariables :one
SELECT count(*) FROM environment_variables WHERE project_id = $1;

-- name: DeleteEnvironmentVariable :execrows
DELETE FROM environment_variables WHERE project_id = @project_id AND name = @name;
