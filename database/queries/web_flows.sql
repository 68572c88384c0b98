-- name: CreateWebFlow :exec
INSERT INTO web_flows (id, purpose, state_hash, browser_hash, user_id, organisation_id, return_to, details, expires_at)
VALUES (@id, @purpose, @state_hash, @browser_hash, @user_id, @organisation_id, @return_to, @details, now() + sqlc.arg(lifetime)::interval);

-- name: UseWebFlow :one
-- Ends a flow, once, for the browser that began it. No row where there is none, or it has expired or was used.
UPDATE web_flows SET used_at = now()
WHERE state_hash = @state_hash AND browser_hash = @browser_hash AND purpose = @purpose AND used_at IS NULL AND expires_at > now()
RETURNING *;
