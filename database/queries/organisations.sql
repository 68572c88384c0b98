-- name: CreateOrganisation :one
INSERT INTO organisations (id, slug, name) VALUES (@id, @slug, @name) RETURNING *;

-- name: GetOrganisationOf :one
-- One organisation, as a member sees it; no row for others.
SELECT sqlc.embed(organisations), organisation_members.role
FROM organisations JOIN organisation_members ON organisation_members.organisation_id = organisations.id
WHERE organisations.id = @id AND organisation_members.user_id = @user_id;

-- name: ListOrganisationsOf :many
-- The organisations of a user, or of them the one alone to which the token belongs.
SELECT sqlc.embed(organisations), organisation_members.role
FROM organisations JOIN organisation_members ON organisation_members.organisation_id = organisations.id
WHERE organisation_members.user_id = @user_id AND organisations.id < @before
  AND (sqlc.narg(token_organisation_id)::uuid IS NULL OR organisations.id = sqlc.narg(token_organisation_id))
ORDER BY organisations.id DESC
LIMIT sqlc.arg(max_rows)::int;

-- name: OrganisationSlugTaken :one
SELECT EXISTS (SELECT FROM organisations WHERE slug = $1);

-- name: OrganisationBySlug :one
SELECT * FROM organisations WHERE slug = $1;

-- name: CountProjects :one
-- How many projects an organisation has that were not deleted. Its members are locked.
SELECT count(*) FROM projects WHERE organisation_id = @organisation_id AND deleted_at IS NULL;

-- name: MarkOrganisationDeleted :exec
UPDATE organisations SET deleted_at = now() WHERE organisations.id = @organisation_id;
