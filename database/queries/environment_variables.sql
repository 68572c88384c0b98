-- name: ListEnvironmentVariables :many
SELECT name, updated_at FROM environment_variables
WHERE project_id = @project_id AND name > @after::text
ORDER BY name
LIMIT sqlc.arg(max_rows)::int;

-- name: LockEnvironmentVariable :one
-- The id of a variable that is there.
SELECT id FROM environment_variables WHERE project_id = @project_id AND name = @name FOR NO KEY UPDATE;

-- name: CreateEnvironmentVariable :one
INSERT INTO environment_variables (id, project_id, name, value_sealed) VALUES (@id, @project_id, @name, @value_sealed)
RETURNING name, updated_at;

-- name: UpdateEnvironmentVariable :one
UPDATE environment_variables SET value_sealed = @value_sealed, updated_at = now() WHERE id = @id RETURNING name, updated_at;

-- name: SizeOfEnvironment :one
-- How many variables a project has besides the named one, and how many bytes their names and sealed values have together.
SELECT count(*) AS variables, coalesce(sum(octet_length(name) + octet_length(value_sealed)), 0)::bigint AS bytes
FROM environment_variables WHERE project_id = @project_id AND name <> @name;

-- name: DeleteEnvironmentVariable :execrows
DELETE FROM environment_variables WHERE project_id = @project_id AND name = @name;
