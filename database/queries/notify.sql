-- name: Notify :exec
-- Tells listeners at commit that what the payload names has changed.
SELECT pg_notify(sqlc.arg(channel)::text, sqlc.arg(payload)::text);
