-- name: FindToken :one
-- The token with that hash, unless it was revoked or has expired.
SELECT sqlc.embed(api_tokens), coalesce(users.operator, false)::boolean AS operator
FROM api_tokens LEFT JOIN users ON users.id = api_tokens.user_id
WHERE token_hash = @token_hash AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now());

-- name: FindOperatorToken :one
-- The operator's token with that id, unless it was revoked or has expired.
SELECT api_tokens.id FROM api_tokens JOIN users ON users.id = api_tokens.user_id
WHERE api_tokens.id = @id AND users.operator AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now());

-- name: TouchToken :exec
-- Remembers the use of a token, once a minute at the most.
UPDATE api_tokens SET last_used_at = now()
WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute');

-- name: CreateToken :one
INSERT INTO api_tokens (id, kind, name, token_hash, user_id, node_id, edge_id, expires_at)
VALUES (@id, @kind, @name, @token_hash, @user_id, @node_id, @edge_id, @expires_at)
RETURNING *;

-- name: EnsureToken :exec
-- CreateToken for a token that may be there already.
INSERT INTO api_tokens (id, kind, name, token_hash, user_id, node_id, edge_id)
VALUES (@id, @kind, @name, @token_hash, @user_id, @node_id, @edge_id)
ON CONFLICT (token_hash) DO NOTHING;

-- name: ListTokens :many
SELECT * FROM api_tokens
WHERE user_id = @user_id::uuid AND revoked_at IS NULL AND id < @before
ORDER BY id DESC
LIMIT sqlc.arg(max_rows)::int;

-- name: RevokeToken :execrows
UPDATE api_tokens SET revoked_at = now() WHERE id = @id AND user_id = @user_id::uuid AND revoked_at IS NULL;
