-- name: TieInstallation :one
-- Ties an installation to an organisation, as GitHub has it now. There is no row where it is tied to another organisation.
INSERT INTO github_installations (
  id, installation_id, app_id, account_id, account_login, account_kind, organisation_id, tied_by, tied_at, has_all, permissions, settings_url,
  suspended_at, checked_at
) VALUES (
  @id, @installation_id, @app_id, @account_id, @account_login, @account_kind, @organisation_id, @tied_by, now(), @has_all, @permissions, @settings_url,
  CASE WHEN @suspended::boolean THEN now() END, now()
)
ON CONFLICT (installation_id) DO UPDATE SET
  account_login = excluded.account_login, organisation_id = excluded.organisation_id, tied_by = excluded.tied_by, tied_at = excluded.tied_at,
  has_all = excluded.has_all, permissions = excluded.permissions, settings_url = excluded.settings_url,
  suspended_at = CASE WHEN @suspended THEN coalesce(github_installations.suspended_at, now()) END, removed_at = NULL, checked_at = now(),
  poll_due_at = NULL, sweep_due_at = NULL
WHERE github_installations.organisation_id IS NULL OR github_installations.organisation_id = excluded.organisation_id
RETURNING *;

-- name: AdoptRepositories :exec
-- Gives an installation the repositories that the organisation has of its account by another one, which was removed.
UPDATE github_repositories SET installation_id = @id::uuid, is_settled = false, seen_hash = ''
FROM github_installations AS former
WHERE github_repositories.organisation_id = @organisation_id AND former.id = github_repositories.installation_id AND former.id <> @id::uuid
  AND former.account_id = @account_id;

-- name: ListInstallationsOf :many
-- The installations that are tied to an organisation, oldest first.
SELECT * FROM github_installations
WHERE organisation_id = @organisation_id::uuid AND id > @after
ORDER BY id
LIMIT sqlc.arg(max_rows)::int;

-- name: GetInstallationOf :one
SELECT * FROM github_installations WHERE id = @id AND organisation_id = @organisation_id::uuid;

-- name: UntieInstallation :one
-- What was fetched by it stays known, so that it is found again when it is tied again.
UPDATE github_installations SET organisation_id = NULL, tied_by = NULL, tied_at = NULL
WHERE id = @id AND organisation_id = @organisation_id::uuid
RETURNING *;

-- name: UntieInstallations :exec
-- As UntieInstallation, all those of an organisation.
UPDATE github_installations SET organisation_id = NULL, tied_by = NULL, tied_at = NULL WHERE organisation_id = @organisation_id::uuid;

-- name: ListTiedInstallations :many
-- All installations that an organisation has.
SELECT * FROM github_installations WHERE organisation_id IS NOT NULL ORDER BY id;

-- name: RecordInstallation :exec
-- Writes how GitHub has an installation now.
UPDATE github_installations SET
  account_login = @account_login, has_all = @has_all, permissions = @permissions, settings_url = @settings_url,
  suspended_at = CASE WHEN @suspended::boolean THEN coalesce(suspended_at, now()) END, removed_at = NULL
WHERE id = @id;

-- name: MarkInstallationRemoved :one
-- There is no row where that is known already.
UPDATE github_installations SET removed_at = now(), suspended_at = NULL WHERE id = @id AND removed_at IS NULL RETURNING account_login;

-- name: MarkInstallationSuspended :one
-- As MarkInstallationRemoved.
UPDATE github_installations SET suspended_at = now() WHERE id = @id AND suspended_at IS NULL AND removed_at IS NULL RETURNING account_login;

-- name: TouchInstallations :exec
-- Notes that GitHub was asked about all installations.
UPDATE github_installations SET checked_at = now() WHERE organisation_id IS NOT NULL;

-- name: ListInstallationProjects :many
-- The projects whose repository is reached by an installation.
SELECT projects.id FROM github_repositories
JOIN github_installations ON github_installations.id = github_repositories.installation_id
  AND github_installations.organisation_id = github_repositories.organisation_id
JOIN projects ON projects.github_repository_id = github_repositories.id AND projects.deleted_at IS NULL
WHERE github_repositories.installation_id = @installation_id::uuid
ORDER BY projects.id;
