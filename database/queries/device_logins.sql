-- name: CreateDeviceLogin :execrows
-- No row where the user's code is another one's.
INSERT INTO device_logins (id, device_hash, user_code, machine, address, expires_at)
VALUES (@id, @device_hash, @user_code, @machine, @address, now() + sqlc.arg(lifetime)::interval)
ON CONFLICT (user_code) DO NOTHING;

-- name: LockDeviceLogin :one
-- The device login of a program, with whether it has expired and how long ago the program asked. Whoever decides about it waits.
SELECT sqlc.embed(device_logins), (expires_at <= now())::boolean AS is_expired, coalesce(now() < polled_at + make_interval(secs => interval_seconds), false)::boolean AS is_early
FROM device_logins WHERE device_hash = @device_hash
FOR NO KEY UPDATE;

-- name: NoteDevicePoll :exec
UPDATE device_logins SET polled_at = now(), interval_seconds = @interval_seconds WHERE id = @id;

-- name: FetchDeviceLogin :exec
UPDATE device_logins SET fetched_at = now() WHERE id = @id;

-- name: FindDeviceLogin :one
-- A device login that nobody has decided about yet.
SELECT * FROM device_logins WHERE user_code = @user_code AND decided_at IS NULL AND expires_at > now();

-- name: DecideDeviceLogin :execrows
UPDATE device_logins SET user_id = @user_id::uuid, approved = @approved::boolean, decided_at = now()
WHERE id = @id AND decided_at IS NULL AND expires_at > now();

-- name: ExpireDeviceLogins :exec
-- Ends those that a user has let in and that have not fetched their token.
UPDATE device_logins SET expires_at = now() WHERE user_id = @user_id::uuid AND fetched_at IS NULL AND expires_at > now();
