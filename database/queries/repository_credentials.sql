-- name: GetRepositoryCredential :one
-- How the repository of a project of an organisation is read; no row where it has nothing of its own.
SELECT repository_credentials.* FROM repository_credentials JOIN projects ON projects.id = repository_credentials.project_id
WHERE repository_credentials.project_id = @project_id AND projects.organisation_id = @organisation_id AND projects.deleted_at IS NULL;

-- name: RepositoryCredentialOf :one
-- As GetRepositoryCredential, with the organisation.
SELECT sqlc.embed(repository_credentials), projects.organisation_id
FROM repository_credentials JOIN projects ON projects.id = repository_credentials.project_id
WHERE repository_credentials.project_id = $1;

-- name: PutRepositoryCredential :exec
-- Takes the place of what the project had, which leaves nothing behind: neither a host key nor when it was used.
INSERT INTO repository_credentials (project_id, kind, host, username, public_key)
SELECT projects.id, @kind::text, sqlc.narg(host)::text, sqlc.narg(username)::text, sqlc.narg(public_key)::text
FROM projects WHERE projects.id = @project_id AND projects.organisation_id = @organisation_id
ON CONFLICT (project_id) DO UPDATE SET kind = excluded.kind, host = excluded.host, username = excluded.username, public_key = excluded.public_key,
  host_key = NULL, host_key_fingerprint = NULL, created_at = now(), last_used_at = NULL;

-- name: DeleteRepositoryCredential :execrows
DELETE FROM repository_credentials USING projects
WHERE repository_credentials.project_id = @project_id AND projects.id = repository_credentials.project_id AND projects.organisation_id = @organisation_id;

-- name: NameHostKey :execrows
-- Has a host trusted that shows a key with that fingerprint, whatever it has shown before.
UPDATE repository_credentials SET host = @host::text, host_key = NULL, host_key_fingerprint = @fingerprint::text
FROM projects WHERE repository_credentials.project_id = @project_id AND repository_credentials.kind = 'deploy_key'
  AND projects.id = repository_credentials.project_id AND projects.organisation_id = @organisation_id;

-- name: PinHostKey :execrows
-- Writes the key that a host has shown: where none is known of that host, or a person has named this one.
UPDATE repository_credentials SET host = @host::text, host_key = @host_key::text, host_key_fingerprint = @fingerprint::text
WHERE project_id = @project_id AND kind = 'deploy_key'
  AND (host IS DISTINCT FROM @host OR host_key_fingerprint IS NULL OR (host_key IS NULL AND host_key_fingerprint = @fingerprint));

-- name: TouchRepositoryCredential :exec
-- Writes that it was used, once in a while.
UPDATE repository_credentials SET last_used_at = now()
WHERE project_id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '10 minutes');
