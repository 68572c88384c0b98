-- name: FindToken :one
-- The token with that hash, or the session, unless it was revoked or has expired. Only a user's own token or session makes an operator.
SELECT sqlc.embed(api_tokens), (api_tokens.kind IN ('user', 'session') AND coalesce(users.operator, false))::boolean AS operator
FROM api_tokens LEFT JOIN users ON users.id = api_tokens.user_id
WHERE token_hash = @token_hash AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now());

-- name: TokenIsValid :one
-- Whether a token has neither been revoked nor expired, and still makes an operator of those that it made one of.
SELECT EXISTS (
  SELECT FROM api_tokens LEFT JOIN users ON users.id = api_tokens.user_id
  WHERE api_tokens.id = @id AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
    AND (NOT sqlc.arg(as_operator)::boolean OR (api_tokens.kind IN ('user', 'session') AND users.operator))
);

-- name: ListValidTokens :many
-- Those of the tokens of nodes and edges that have neither been revoked nor expired.
SELECT id FROM api_tokens WHERE id = ANY (@ids::uuid[]) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now());

-- name: TouchToken :one
-- Remembers the use of a token, once a minute at the most, and returns whether it is the first one.
UPDATE api_tokens SET last_used_at = now()
FROM (SELECT used.id, used.last_used_at FROM api_tokens AS used WHERE used.id = @id FOR NO KEY UPDATE) AS before
WHERE api_tokens.id = before.id AND (before.last_used_at IS NULL OR before.last_used_at < now() - interval '1 minute')
RETURNING (before.last_used_at IS NULL)::boolean AS first;

-- name: CreateToken :one
INSERT INTO api_tokens (id, kind, name, token_hash, public_key, user_id, node_id, edge_id, organisation_id, role, parent_id, expires_at)
VALUES (@id, @kind, @name, @token_hash, @public_key, @user_id, @node_id, @edge_id, @organisation_id, @role, @parent_id, @expires_at)
RETURNING *;

-- name: EnsureToken :exec
-- CreateToken for a token that may be there already.
INSERT INTO api_tokens (id, kind, name, token_hash, user_id, node_id, edge_id)
VALUES (@id, @kind, @name, @token_hash, @user_id, @node_id, @edge_id)
ON CONFLICT (token_hash) DO NOTHING;

-- name: HoldToken :many
-- A token behind those that it was made with, the first one first. None of them is revoked until the transaction ends, and whoever revokes one waits in
-- turn with those who make others: so that what is made can be revoked with it, and nobody makes them faster than they are revoked.
WITH RECURSIVE above AS (
  SELECT own.id, own.parent_id, 0 AS distance FROM api_tokens AS own WHERE own.id = @id
  UNION ALL
  SELECT parent.id, parent.parent_id, above.distance + 1 FROM above JOIN api_tokens AS parent ON parent.id = above.parent_id
  WHERE above.distance < sqlc.arg(most)::int
), line AS (
  SELECT array_agg(above.id ORDER BY above.distance) AS ids FROM above
)
SELECT api_tokens.* FROM line, api_tokens
WHERE api_tokens.id = ANY (line.ids)
ORDER BY array_position(line.ids, api_tokens.id) DESC
FOR NO KEY UPDATE OF api_tokens;

-- name: ListTokens :many
-- The tokens of a user that were not revoked, newest first. A token of an organisation sees itself and those that were made with it.
SELECT * FROM api_tokens
WHERE user_id = @user_id::uuid AND kind <> 'session' AND revoked_at IS NULL AND id < @before
  AND (sqlc.narg(seen_by)::uuid IS NULL OR id = sqlc.narg(seen_by) OR parent_id = sqlc.narg(seen_by))
ORDER BY id DESC
LIMIT sqlc.arg(max_rows)::int;

-- name: ListOrganisationTokens :many
-- The tokens of an organisation that were not revoked, newest first, with who made them.
SELECT sqlc.embed(api_tokens), sqlc.embed(users)
FROM api_tokens JOIN users ON users.id = api_tokens.user_id
WHERE api_tokens.organisation_id = @organisation_id::uuid AND api_tokens.revoked_at IS NULL AND api_tokens.id < @before
ORDER BY api_tokens.id DESC
LIMIT sqlc.arg(max_rows)::int;

-- name: ListMachineTokens :many
-- The tokens of a node or an edge that were not revoked and have not expired, newest first.
SELECT * FROM api_tokens
WHERE (node_id = sqlc.narg(node_id)::uuid OR edge_id = sqlc.narg(edge_id)::uuid) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
  AND id < @before
ORDER BY id DESC
LIMIT sqlc.arg(max_rows)::int;

-- name: LockOwnToken :one
-- A token of a user that is valid, and that a caller may change: a user's own token any, a token of an organisation itself and those that were
-- made with it.
SELECT * FROM api_tokens
WHERE id = @id AND user_id = @user_id::uuid AND kind <> 'session' AND revoked_at IS NULL
  AND (sqlc.narg(seen_by)::uuid IS NULL OR id = sqlc.narg(seen_by) OR parent_id = sqlc.narg(seen_by))
FOR NO KEY UPDATE;

-- name: LockOrganisationToken :one
SELECT * FROM api_tokens
WHERE id = @id AND organisation_id = @organisation_id::uuid AND revoked_at IS NULL
FOR NO KEY UPDATE;

-- name: LockMachineToken :one
-- A token of a node or an edge that is valid.
SELECT * FROM api_tokens
WHERE id = @id AND (node_id = sqlc.narg(node_id)::uuid OR edge_id = sqlc.narg(edge_id)::uuid) AND revoked_at IS NULL
FOR NO KEY UPDATE;

-- name: BindToken :exec
-- Binds a token, which is locked and has no key, to one.
UPDATE api_tokens SET public_key = @public_key WHERE id = @id;

-- name: TokenStandsAbove :one
-- Whether a token is the other one, or that one was made with it, or with one that was.
WITH RECURSIVE above AS (
  SELECT api_tokens.id, api_tokens.parent_id FROM api_tokens WHERE api_tokens.id = @other_id
  UNION
  SELECT parent.id, parent.parent_id FROM api_tokens AS parent JOIN above ON parent.id = above.parent_id
)
SELECT (count(*) > 0)::boolean AS stands_above FROM above WHERE above.id = @token_id::uuid;

-- name: RevokeTokens :execrows
-- Revokes tokens and all that were made with them, however far down. It is called again until it revokes nothing: what was made while it waited
-- for a row is found then.
WITH RECURSIVE below AS (
  SELECT root.id FROM api_tokens AS root WHERE root.id = ANY (@ids::uuid[])
  UNION
  SELECT child.id FROM api_tokens AS child JOIN below ON child.parent_id = below.id
), locked AS (
  SELECT api_tokens.id FROM api_tokens JOIN below ON below.id = api_tokens.id
  WHERE api_tokens.revoked_at IS NULL
  ORDER BY api_tokens.id
  FOR NO KEY UPDATE OF api_tokens
)
UPDATE api_tokens SET revoked_at = now() FROM locked WHERE api_tokens.id = locked.id;

-- name: ListTokensMadeIn :many
-- The tokens of an organisation that a user has made, or all of them, that were not revoked.
SELECT id FROM api_tokens
WHERE organisation_id = @organisation_id::uuid AND (sqlc.narg(user_id)::uuid IS NULL OR user_id = sqlc.narg(user_id)) AND revoked_at IS NULL;

-- name: PutTokenBelow :exec
-- After a rotation: the old token and all that were made with it belong to the new one, and the old one ends.
UPDATE api_tokens
SET parent_id = @fresh::uuid, expires_at = CASE WHEN id = @id THEN least(expires_at, now() + @keep::interval) ELSE expires_at END
WHERE id = @id OR parent_id = @id;

-- name: EndTokensOf :exec
-- After a rotation of the token of a node or an edge: all but the new one end soon.
UPDATE api_tokens SET expires_at = least(expires_at, now() + @keep::interval)
WHERE (node_id = sqlc.narg(node_id)::uuid OR edge_id = sqlc.narg(edge_id)::uuid) AND id <> @except_id AND revoked_at IS NULL;

-- name: MachineKey :one
-- The key of the machine that is a node or an edge: that of its newest bound token, also once that has ended, as the next token is of use on the same machine.
SELECT public_key FROM api_tokens
WHERE (node_id = sqlc.narg(node_id)::uuid OR edge_id = sqlc.narg(edge_id)::uuid) AND public_key IS NOT NULL
ORDER BY id DESC LIMIT 1;

-- name: OtherEdgeWithKey :one
-- Another edge that the machine with that key is: the key has a token of it that is valid.
SELECT edges.name FROM edges JOIN api_tokens ON api_tokens.edge_id = edges.id
WHERE edges.id <> @id AND api_tokens.public_key = @public_key::bytea
  AND api_tokens.revoked_at IS NULL AND (api_tokens.expires_at IS NULL OR api_tokens.expires_at > now())
LIMIT 1;

-- name: NewestNodeToken :one
-- The newest token of a node that is valid.
SELECT * FROM api_tokens
WHERE node_id = @node_id::uuid AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
ORDER BY id DESC LIMIT 1;

-- name: EndJoinTokens :exec
-- A node or an edge has one one-time token at the most.
DELETE FROM join_tokens WHERE node_id = sqlc.narg(node_id)::uuid OR edge_id = sqlc.narg(edge_id)::uuid;

-- name: CreateJoinToken :one
INSERT INTO join_tokens (id, node_id, edge_id, token_hash, expires_at)
VALUES (@id, @node_id, @edge_id, @token_hash, now() + @lifetime::interval)
RETURNING *;

-- name: LockJoinToken :one
SELECT * FROM join_tokens WHERE token_hash = @token_hash FOR UPDATE;

-- name: UseJoinToken :exec
UPDATE join_tokens SET public_key = @public_key WHERE id = @id;
