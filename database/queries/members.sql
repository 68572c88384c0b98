-- name: MembershipInOrganisation :one
-- The membership of a user in an organisation; no row where the user is no member.
SELECT organisation_members.* FROM organisation_members WHERE organisation_id = @id AND user_id = @user_id;

-- name: MembershipInProject :one
-- The membership of a user in the organisation of a project; no row where the user is no member or the project was deleted.
SELECT organisation_members.*
FROM projects JOIN organisation_members ON organisation_members.organisation_id = projects.organisation_id
WHERE projects.id = @id AND projects.deleted_at IS NULL AND organisation_members.user_id = @user_id;

-- name: MembershipInDeletedProject :one
-- As MembershipInProject, for a deleted project whose deletion can be undone.
SELECT organisation_members.*
FROM projects JOIN organisation_members ON organisation_members.organisation_id = projects.organisation_id
WHERE projects.id = @id AND projects.kept_until > now() AND organisation_members.user_id = @user_id;

-- name: MembershipInDeployment :one
-- As MembershipInProject, for the project of a deployment.
SELECT organisation_members.*
FROM deployments
JOIN projects ON projects.id = deployments.project_id
JOIN organisation_members ON organisation_members.organisation_id = projects.organisation_id
WHERE deployments.id = @id AND projects.deleted_at IS NULL AND organisation_members.user_id = @user_id;

-- name: MembershipInDomain :one
-- As MembershipInProject, for the project of a domain.
SELECT organisation_members.*
FROM domains
JOIN projects ON projects.id = domains.project_id
JOIN organisation_members ON organisation_members.organisation_id = projects.organisation_id
WHERE domains.id = @id AND projects.deleted_at IS NULL AND organisation_members.user_id = @user_id;

-- name: MembershipInDetection :one
SELECT organisation_members.*
FROM detections
JOIN organisation_members ON organisation_members.organisation_id = detections.organisation_id
WHERE detections.id = @id AND organisation_members.user_id = @user_id;

-- name: MembershipInEnvironment :one
-- As MembershipInProject, for the project of an environment; no row where that was deleted.
SELECT organisation_members.*
FROM environments
JOIN projects ON projects.id = environments.project_id
JOIN organisation_members ON organisation_members.organisation_id = projects.organisation_id
WHERE environments.id = @id AND environments.deleted_at IS NULL AND projects.deleted_at IS NULL AND organisation_members.user_id = @user_id;

-- name: HoldMembership :one
-- The role of a user in an organisation, which stays as it is until the transaction ends; no row where the user is no member.
SELECT role FROM organisation_members WHERE organisation_id = @organisation_id AND user_id = @user_id FOR SHARE;

-- name: AddMember :exec
INSERT INTO organisation_members (organisation_id, user_id, role) VALUES (@organisation_id, @user_id, @role)
ON CONFLICT DO NOTHING;

-- name: ListMembers :many
-- The members of an organisation with their accounts, in the order of users' ids.
SELECT sqlc.embed(organisation_members), sqlc.embed(users)
FROM organisation_members JOIN users ON users.id = organisation_members.user_id
WHERE organisation_members.organisation_id = @organisation_id AND organisation_members.user_id > @after
ORDER BY organisation_members.user_id
LIMIT sqlc.arg(max_rows)::int;

-- name: GetMember :one
SELECT sqlc.embed(organisation_members), sqlc.embed(users)
FROM organisation_members JOIN users ON users.id = organisation_members.user_id
WHERE organisation_members.organisation_id = @organisation_id AND organisation_members.user_id = @user_id;

-- name: LockMembers :one
-- Members of one organisation are changed one at a time, and none while it is deleted. No row where there is no such organisation.
SELECT id FROM organisations WHERE organisations.id = @organisation_id AND deleted_at IS NULL FOR NO KEY UPDATE;

-- name: CountOtherOwners :one
-- How many owners an organisation has beside a user. Its members are locked.
SELECT count(*) FROM organisation_members WHERE organisation_id = @organisation_id AND role = 'owner' AND user_id <> @except_id;

-- name: SetMemberRole :execrows
UPDATE organisation_members SET role = @role WHERE organisation_id = @organisation_id AND user_id = @user_id;

-- name: RemoveMember :execrows
DELETE FROM organisation_members WHERE organisation_id = @organisation_id AND user_id = @user_id;

-- name: RemoveMembers :exec
DELETE FROM organisation_members WHERE organisation_id = @organisation_id;
