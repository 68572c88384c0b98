-- name: GetUser :one
SELECT * FROM users WHERE id = $1;

-- name: EnsureUser :one
-- The user with that address, made if absent. Whoever holds the database vouches for the address.
INSERT INTO users (id, email, name, email_verified_at) VALUES (@id, @email, @email, now())
ON CONFLICT (email) DO UPDATE SET email_verified_at = coalesce(users.email_verified_at, excluded.email_verified_at)
RETURNING *;

-- name: ListUsers :many
SELECT * FROM users WHERE id > @after ORDER BY id LIMIT sqlc.arg(max_rows)::int;

-- name: LockOperators :exec
-- Operators are made and unmade one at a time.
SELECT pg_advisory_xact_lock(hashtextextended('zeitwork.operators', 0));

-- name: SetOperator :one
UPDATE users SET operator = @operator WHERE id = @id RETURNING *;

-- name: CountOperators :one
SELECT count(*) FROM users WHERE operator;
