-- name: CreateInvitation :one
INSERT INTO invitations (id, organisation_id, email, github_login, role, invited_by, expires_at)
VALUES (@id, @organisation_id, @email, @github_login, @role, @invited_by, now() + @lifetime::interval)
RETURNING *;

-- name: ListInvitations :many
-- The invitations of an organisation that can still be taken, newest first.
SELECT * FROM invitations
WHERE organisation_id = @organisation_id AND id < @before AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > now()
ORDER BY id DESC
LIMIT sqlc.arg(max_rows)::int;

-- name: RevokeInvitation :execrows
UPDATE invitations SET revoked_at = now()
WHERE id = @id AND organisation_id = @organisation_id AND accepted_at IS NULL AND revoked_at IS NULL;

-- name: RevokeInvitations :exec
-- Ends the invitations that a member has made, or all of an organisation.
UPDATE invitations SET revoked_at = now()
WHERE organisation_id = @organisation_id AND (sqlc.narg(invited_by)::uuid IS NULL OR invited_by = sqlc.narg(invited_by))
  AND accepted_at IS NULL AND revoked_at IS NULL;

-- name: ReplaceInvitations :exec
-- Ends the invitations of an account to an organisation: a new one takes their place.
UPDATE invitations SET revoked_at = now()
WHERE organisation_id = @organisation_id AND (email = sqlc.narg(email) OR github_login = sqlc.narg(github_login))
  AND accepted_at IS NULL AND revoked_at IS NULL;

-- name: ListInvitationsFor :many
-- The invitations that a user can take, newest first: those to the address that is known to be theirs, and to their GitHub login. A login may be somebody
-- else's by now, so that it counts for who has signed in with GitHub since.
SELECT sqlc.embed(invitations), organisations.slug, organisations.name
FROM users
JOIN invitations ON invitations.email = lower(users.email) AND users.email_verified_at IS NOT NULL
  OR invitations.github_login = lower(users.github_login) AND EXISTS (
    SELECT FROM sessions JOIN api_tokens ON api_tokens.id = sessions.id
    WHERE api_tokens.user_id = users.id AND sessions.provider = 'github' AND api_tokens.created_at >= invitations.created_at
  )
JOIN organisations ON organisations.id = invitations.organisation_id AND organisations.deleted_at IS NULL
WHERE users.id = @user_id AND invitations.id < @before
  AND invitations.accepted_at IS NULL AND invitations.revoked_at IS NULL AND invitations.expires_at > now()
ORDER BY invitations.id DESC
LIMIT sqlc.arg(max_rows)::int;

-- name: FindInvitationFor :one
-- The organisation of an invitation, if the user can take it as ListInvitationsFor tells.
SELECT invitations.organisation_id
FROM users
JOIN invitations ON invitations.email = lower(users.email) AND users.email_verified_at IS NOT NULL
  OR invitations.github_login = lower(users.github_login) AND EXISTS (
    SELECT FROM sessions JOIN api_tokens ON api_tokens.id = sessions.id
    WHERE api_tokens.user_id = users.id AND sessions.provider = 'github' AND api_tokens.created_at >= invitations.created_at
  )
WHERE users.id = @user_id AND invitations.id = @id
  AND invitations.accepted_at IS NULL AND invitations.revoked_at IS NULL AND invitations.expires_at > now();

-- name: AcceptInvitation :one
-- Takes an invitation, once. No row where somebody has taken or revoked it meanwhile.
UPDATE invitations SET accepted_at = now()
WHERE id = @id AND organisation_id = @organisation_id AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > now()
RETURNING *;
