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

-- name: UserByEmail :one
SELECT * FROM users WHERE email = @email;

-- name: LockGithubAccount :exec
-- Sign-ins of one account at GitHub wait for each other.
SELECT pg_advisory_xact_lock(hashtextextended('zeitwork.github.' || sqlc.arg(github_id)::bigint, 0));

-- name: UserByGithubID :one
SELECT * FROM users WHERE github_id = sqlc.arg(github_id)::bigint;

-- name: CreateUser :one
-- The address is not yet another user's.
INSERT INTO users (id, email, name, email_verified_at, github_id, github_login)
VALUES (@id, @email, @name, CASE WHEN sqlc.arg(email_verified)::boolean THEN now() END, @github_id, @github_login)
ON CONFLICT (email) DO NOTHING
RETURNING *;

-- name: ReleaseGithubLogin :exec
-- Takes a login from the user who had it before it became another account's: GitHub gives logins that were given up to others.
UPDATE users SET github_login = NULL
WHERE lower(github_login) = lower(sqlc.arg(github_login)::text) AND github_id IS DISTINCT FROM sqlc.arg(github_id)::bigint;

-- name: TieGithub :one
-- Ties an account at GitHub to a user, who has none or this one. No row where the user has another one.
UPDATE users SET github_id = sqlc.arg(github_id)::bigint, github_login = sqlc.arg(github_login)::text
WHERE id = @id AND (github_id IS NULL OR github_id = sqlc.arg(github_id)::bigint)
RETURNING *;
