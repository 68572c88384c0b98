-- name: GetUser :one
SELECT * FROM users WHERE id = $1;

-- name: EnsureOperator :one
-- The operator with that address, made if absent.
INSERT INTO users (id, email, name, operator) VALUES (@id, @email, @email, true)
ON CONFLICT (email) DO UPDATE SET operator = true
RETURNING *;
