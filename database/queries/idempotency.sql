-- name: DropStaleIdempotencyKeys :exec
-- Forgets keys after a day, and those whose request was cut off after a minute.
DELETE FROM idempotency_keys
WHERE token_id = @token_id
  AND (created_at < now() - interval '1 day' OR (resource_id IS NULL AND created_at < now() - interval '1 minute'));

-- name: ClaimIdempotencyKey :execrows
-- No row when the key has been used already.
INSERT INTO idempotency_keys (token_id, key, request_hash) VALUES (@token_id, @key, @request_hash) ON CONFLICT DO NOTHING;

-- name: GetIdempotencyKey :one
SELECT * FROM idempotency_keys WHERE token_id = @token_id AND key = @key;

-- name: SettleIdempotencyKey :execrows
-- No row when the claim was given up meanwhile.
UPDATE idempotency_keys SET resource_id = @resource_id::uuid WHERE token_id = @token_id AND key = @key;

-- name: ReleaseIdempotencyKey :exec
DELETE FROM idempotency_keys WHERE token_id = @token_id AND key = @key AND resource_id IS NULL;
