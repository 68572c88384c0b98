-- name: CreateOrganisation :one
INSERT INTO organisations (id, slug, name) VALUES (@id, @slug, @name) RETURNING *;

-- name: MakePersonal :exec
-- Makes an organisation the personal one of a user who has none.
UPDATE organisations SET personal_user_id = @user_id::uuid
WHERE organisations.id = @organisation_id
  AND NOT EXISTS (SELECT FROM organisations AS other WHERE other.personal_user_id = @user_id::uuid);

-- name: GetOrganisationOf :one
-- One organisation, as a member sees it; no row for others.
SELECT sqlc.embed(organisations), organisation_members.role
FROM organisations JOIN organisation_members ON organisation_members.organisation_id = organisations.id
WHERE organisations.id = @id AND organisation_members.user_id = @user_id;

-- name: ListOrganisationsOf :many
-- The organisations of a user, or of them the one alone to which the token belongs. A slug lets pass those that have it, and those that had it
-- before: the audit log knows.
SELECT sqlc.embed(organisations), organisation_members.role
FROM organisations JOIN organisation_members ON organisation_members.organisation_id = organisations.id
WHERE organisation_members.user_id = @user_id AND organisations.id < @before
  AND (sqlc.narg(token_organisation_id)::uuid IS NULL OR organisations.id = sqlc.narg(token_organisation_id))
  AND (@slug::text = '' OR organisations.slug = @slug OR EXISTS (
    SELECT FROM audit_events
    WHERE audit_events.subject_id = organisations.id AND audit_events.action = 'organisation.update' AND audit_events.details ->> 'slug_before' = @slug
  ))
ORDER BY organisations.id DESC
LIMIT sqlc.arg(max_rows)::int;

-- name: LockOrganisation :one
-- One organisation that was not deleted, which stays as it is until the transaction ends.
SELECT * FROM organisations WHERE organisations.id = @organisation_id AND organisations.deleted_at IS NULL FOR NO KEY UPDATE;

-- name: UpdateOrganisation :exec
UPDATE organisations SET name = @name, slug = @slug WHERE organisations.id = @organisation_id;

-- name: OrganisationSlugTaken :one
SELECT EXISTS (SELECT FROM organisations WHERE slug = $1);

-- name: OrganisationBySlug :one
SELECT * FROM organisations WHERE slug = $1;

-- name: CountProjects :one
-- How many projects an organisation has that were not deleted. Its members are locked.
SELECT count(*) FROM projects WHERE organisation_id = @organisation_id AND deleted_at IS NULL;

-- name: MarkOrganisationDeleted :exec
UPDATE organisations SET deleted_at = now() WHERE organisations.id = @organisation_id;

-- name: LockUser :exec
SELECT FROM users WHERE id = @user_id FOR NO KEY UPDATE;

-- name: CountOwned :one
-- How many organisations a user owns.
SELECT count(*) FROM organisation_members WHERE organisation_members.user_id = @user_id AND organisation_members.role = 'owner';
