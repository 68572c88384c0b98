-- name: ListEnvironmentVariables :many
-- after_name and after_scope are those of the last variable of the page before.
SELECT environment_variables.name, environment_variables.scope, environment_variables.updated_at FROM environment_variables
WHERE environment_variables.project_id = @project_id
  AND (environment_variables.name, environment_variables.scope) > (@after_name::text, @after_scope::text)
  AND (@scope::text = '' OR environment_variables.scope = @scope)
  AND EXISTS (SELECT FROM projects WHERE projects.id = @project_id AND projects.organisation_id = @organisation_id)
ORDER BY environment_variables.name, environment_variables.scope
LIMIT sqlc.arg(max_rows)::int;

-- name: LockEnvironmentVariable :one
-- The id of a variable that is there.
SELECT environment_variables.id FROM environment_variables
WHERE environment_variables.project_id = @project_id AND environment_variables.name = @name AND environment_variables.scope = @scope
  AND EXISTS (SELECT FROM projects WHERE projects.id = @project_id AND projects.organisation_id = @organisation_id)
FOR NO KEY UPDATE;

-- name: CreateEnvironmentVariable :one
-- updated_at is read from the clock, as created_at of deployments is: the project is locked, so that it tells which of the two came first.
INSERT INTO environment_variables (id, project_id, name, scope, value_sealed, updated_at)
SELECT @id::uuid, projects.id, @name::text, @scope::text, @value_sealed::bytea, clock_timestamp() FROM projects
WHERE projects.id = @project_id AND projects.organisation_id = @organisation_id
RETURNING name, scope, updated_at;

-- name: UpdateEnvironmentVariable :one
UPDATE environment_variables SET value_sealed = @value_sealed, updated_at = clock_timestamp() FROM projects
WHERE environment_variables.id = @id AND projects.id = environment_variables.project_id AND projects.organisation_id = @organisation_id
RETURNING environment_variables.name, environment_variables.scope, environment_variables.updated_at;

-- name: GetEnvironmentVariable :one
SELECT environment_variables.* FROM environment_variables
WHERE environment_variables.project_id = @project_id AND environment_variables.name = @name AND environment_variables.scope = @scope
  AND EXISTS (SELECT FROM projects WHERE projects.id = @project_id AND projects.organisation_id = @organisation_id);

-- name: SizeOfAllVariables :one
-- How many variables a project has, and how many bytes their names and sealed values have together.
SELECT count(*) AS variables, coalesce(sum(octet_length(name) + octet_length(value_sealed)), 0)::bigint AS bytes
FROM environment_variables
WHERE environment_variables.project_id = @project_id
  AND EXISTS (SELECT FROM projects WHERE projects.id = @project_id AND projects.organisation_id = @organisation_id);

-- name: SizeOfEnvironment :one
-- How many variables a project has besides the named one, and how many bytes their names and sealed values have together. Of those with another
-- scope an environment may get fewer.
SELECT count(*) AS variables, coalesce(sum(octet_length(name) + octet_length(value_sealed)), 0)::bigint AS bytes
FROM environment_variables
WHERE environment_variables.project_id = @project_id AND NOT (environment_variables.name = @name AND environment_variables.scope = @scope)
  AND EXISTS (SELECT FROM projects WHERE projects.id = @project_id AND projects.organisation_id = @organisation_id);

-- name: DeleteEnvironmentVariable :execrows
DELETE FROM environment_variables
WHERE environment_variables.project_id = @project_id AND environment_variables.name = @name AND environment_variables.scope = @scope
  AND EXISTS (SELECT FROM projects WHERE projects.id = @project_id AND projects.organisation_id = @organisation_id);
