-- name: ListEnvironmentVariables :many
-- after_name and after_scope are those of the last variable of the page before.
SELECT name, scope, updated_at FROM environment_variables
WHERE project_id = @project_id AND (name, scope) > (@after_name::text, @after_scope::text)
  AND (@scope::text = '' OR scope = @scope)
ORDER BY name, scope
LIMIT sqlc.arg(max_rows)::int;

-- name: LockEnvironmentVariable :one
-- The id of a variable that is there; the sealed value is bound to it.
SELECT id FROM environment_variables WHERE project_id = @project_id AND name = @name AND scope = @scope FOR NO KEY UPDATE;

-- name: CreateEnvironmentVariable :one
INSERT INTO environment_variables (id, project_id, name, scope, value_sealed) VALUES (@id, @project_id, @name, @scope, @value_sealed)
RETURNING name, scope, updated_at;

-- name: UpdateEnvironmentVariable :one
UPDATE environment_variables SET value_sealed = @value_sealed, updated_at = now() WHERE id = @id RETURNING name, scope, updated_at;

-- name: SizeOfEnvironment :one
-- How many variables a project has besides the named one, and how many bytes their names and sealed values have together. Of those with another
-- scope an environment may get fewer.
SELECT count(*) AS variables, coalesce(sum(octet_length(name) + octet_length(value_sealed)), 0)::bigint AS bytes
FROM environment_variables WHERE project_id = @project_id AND NOT (name = @name AND scope = @scope);

-- name: DeleteEnvironmentVariable :execrows
DELETE FROM environment_variables WHERE project_id = @project_id AND name = @name AND scope = @scope;
