-- name: CreateSession :exec
-- The session's token is there already, with the same id.
INSERT INTO sessions (id, provider, user_agent, address) VALUES (@id, @provider, @user_agent, @address);

-- name: CreateSessionToken :exec
INSERT INTO api_tokens (id, kind, name, token_hash, user_id, last_used_at, expires_at)
VALUES (@id, 'session', 'session', @token_hash, @user_id::uuid, now(), now() + sqlc.arg(lifetime)::interval);

-- name: ProlongSession :exec
-- Moves the end of a session that is in use, once a day at the most.
UPDATE api_tokens SET expires_at = now() + sqlc.arg(lifetime)::interval
WHERE id = @id AND user_id = @user_id::uuid AND kind = 'session' AND revoked_at IS NULL
  AND expires_at BETWEEN now() AND now() + sqlc.arg(lifetime)::interval - interval '1 day';

-- name: GetSession :one
SELECT sqlc.embed(sessions), sqlc.embed(api_tokens)
FROM sessions JOIN api_tokens ON api_tokens.id = sessions.id
WHERE sessions.id = @id AND api_tokens.user_id = @user_id::uuid;

-- name: ListSessions :many
-- The sessions of a user that have not ended, newest first.
SELECT sqlc.embed(sessions), sqlc.embed(api_tokens)
FROM api_tokens JOIN sessions ON sessions.id = api_tokens.id
WHERE api_tokens.user_id = @user_id::uuid AND api_tokens.kind = 'session' AND api_tokens.revoked_at IS NULL AND api_tokens.expires_at > now()
  AND api_tokens.id < @before
ORDER BY api_tokens.id DESC
LIMIT sqlc.arg(max_rows)::int;

-- name: EndSession :execrows
UPDATE api_tokens SET revoked_at = now()
WHERE id = @id AND user_id = @user_id::uuid AND kind = 'session' AND revoked_at IS NULL AND expires_at > now();

-- name: EndSessions :many
-- Ends all sessions of a user but the one that is named, if one is.
UPDATE api_tokens SET revoked_at = now()
WHERE user_id = @user_id::uuid AND kind = 'session' AND revoked_at IS NULL AND expires_at > now() AND id IS DISTINCT FROM sqlc.narg(except_id)::uuid
RETURNING id;

-- name: CreateSignInCode :exec
INSERT INTO sign_in_codes (id, code_hash, user_id, expires_at) VALUES (@id, @code_hash, @user_id, now() + sqlc.arg(lifetime)::interval);

-- name: UseSignInCode :one
-- Ends a code, once, and returns whose it is. No row where there is none, or it has expired or was used.
UPDATE sign_in_codes SET used_at = now()
WHERE code_hash = @code_hash AND used_at IS NULL AND expires_at > now()
RETURNING user_id;

-- name: EndSignInCodes :exec
-- Only the last code of a user is good.
UPDATE sign_in_codes SET expires_at = now() WHERE user_id = @user_id AND used_at IS NULL AND expires_at > now();
