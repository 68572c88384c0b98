-- name: GetKeyset :one
SELECT * FROM keysets WHERE id = 1;

-- name: CreateKeyset :exec
-- Does nothing where another process has made it meanwhile. No value has been sealed under its key yet, so that none is to be sealed anew.
INSERT INTO keysets (id, keyset_sealed, version, resealed_at) VALUES (1, @keyset_sealed, 1, now()) ON CONFLICT (id) DO NOTHING;

-- name: ShareKeyset :one
-- Read by whoever seals a value. The lock keeps a rotation from changing the primary key until that value is committed.
SELECT * FROM keysets WHERE id = 1 FOR SHARE;

-- name: LockKeyset :one
-- For a rotation, which waits for the values that are being sealed.
SELECT * FROM keysets WHERE id = 1 FOR UPDATE;

-- name: UpdateKeyset :exec
UPDATE keysets SET keyset_sealed = @keyset_sealed, version = @version, resealed_at = @resealed_at WHERE id = 1;

-- name: GetAnySealedVariable :one
-- For a platform without a keyset: a value that shows whether the secret key is the right one.
SELECT id, value_sealed FROM environment_variables ORDER BY id DESC LIMIT 1;

-- name: GetAnySealedEnvironment :one
-- For a platform without a keyset: a value that shows whether the secret key is the right one.
SELECT id, environment_sealed FROM deployments ORDER BY id DESC LIMIT 1;

-- name: ListVariablesToReseal :many
-- The first five bytes of a sealed value name its key.
SELECT environment_variables.id, projects.organisation_id, environment_variables.project_id, environment_variables.scope, environment_variables.name,
  environment_variables.value_sealed
FROM environment_variables JOIN projects ON projects.id = environment_variables.project_id
WHERE environment_variables.id > @after AND substring(environment_variables.value_sealed FOR 5) <> @prefix::bytea
ORDER BY environment_variables.id
LIMIT sqlc.arg(max_rows)::int;

-- name: ResealVariable :execrows
-- Leaves a value alone that was written meanwhile, and every value once the keyset has another version.
UPDATE environment_variables SET value_sealed = @resealed
WHERE environment_variables.id = @id AND environment_variables.value_sealed = @sealed
  AND @version::bigint = (SELECT keysets.version FROM keysets WHERE keysets.id = 1 FOR SHARE);

-- name: ListEnvironmentsToReseal :many
SELECT deployments.id, projects.organisation_id, deployments.project_id, deployments.environment_sealed
FROM deployments JOIN projects ON projects.id = deployments.project_id
WHERE deployments.id > @after AND substring(deployments.environment_sealed FOR 5) <> @prefix::bytea
ORDER BY deployments.id
LIMIT sqlc.arg(max_rows)::int;

-- name: ResealEnvironment :execrows
UPDATE deployments SET environment_sealed = @resealed
WHERE deployments.id = @id AND deployments.environment_sealed = @sealed
  AND @version::bigint = (SELECT keysets.version FROM keysets WHERE keysets.id = 1 FOR SHARE);

-- name: ListSecretsToReseal :many
SELECT id, kind, subject_id, organisation_id, value_sealed FROM secrets
WHERE id > @after AND substring(value_sealed FOR 5) <> @prefix::bytea
ORDER BY id
LIMIT sqlc.arg(max_rows)::int;

-- name: ResealSecret :execrows
UPDATE secrets SET value_sealed = @resealed
WHERE secrets.id = @id AND secrets.value_sealed = @sealed
  AND @version::bigint = (SELECT keysets.version FROM keysets WHERE keysets.id = 1 FOR SHARE);
