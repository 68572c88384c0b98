-- name: DropStaleIdempotencyKeys :exec
-- Forgets keys after a day, and those whose request was cut off after a minute.
DELETE FROM idempotency_keys
WHERE token_id = @token_id
  AND (created_at < now() - interval '1 day' OR (resource_id IS NULL AND created_at < now() - interval '1 minute'));

-- name: StoreIdempotencyKey :execrows
-- Stores the resource that was made with a key. No row when another request has used the key: the statement waits for that one's transaction.
INSERT INTO idempotency_keys (token_id, key, request_hash, resource_id) VALUES (@token_id, @key, @request_hash, @resource_id::uuid)
ON CONFLICT DO NOTHING;

-- name: GetIdempotencyKey :one
SELECT * FROM idempotency_keys WHERE token_id = @token_id AND key = @key;
