-- name: Notify :exec
-- Tells listeners at commit that the object which the payload names has changed.
SELECT pg_notify(sqlc.arg(channel)::text, sqlc.arg(payload)::text);
