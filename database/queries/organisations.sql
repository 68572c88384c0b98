-- name: CreateOrganisation :one
INSERT INTO organisations (id, slug, name) VALUES (@id, @slug, @name) RETURNING *;

-- name: AddMember :exec
INSERT INTO organisation_members (organisation_id, user_id, role) VALUES (@organisation_id, @user_id, @role)
ON CONFLICT DO NOTHING;

-- name: GetOrganisationOf :one
-- One organisation, as a member sees it; no row for others.
SELECT sqlc.embed(organisations), organisation_members.role
FROM organisations JOIN organisation_members ON organisation_members.organisation_id = organisations.id
WHERE organisations.id = @id AND organisation_members.user_id = @user_id;

-- name: ListOrganisationsOf :many
SELECT sqlc.embed(organisations), organisation_members.role
FROM organisations JOIN organisation_members ON organisation_members.organisation_id = organisations.id
WHERE organisation_members.user_id = @user_id AND organisations.id < @before
ORDER BY organisations.id DESC
LIMIT sqlc.arg(max_rows)::int;

-- name: OrganisationSlugTaken :one
SELECT EXISTS (SELECT FROM organisations WHERE slug = $1);

-- name: OrganisationBySlug :one
SELECT * FROM organisations WHERE slug = $1;
