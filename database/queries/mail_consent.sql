-- Which e-mail addresses want messages of an organisation.

-- name: IsMemberAddress :one
-- Whether an address is known to be that of a member of the organisation.
SELECT EXISTS (
  SELECT FROM organisation_members
  JOIN users ON users.id = organisation_members.user_id
  WHERE organisation_members.organisation_id = @organisation_id AND lower(users.email) = lower(@address::text) AND users.email_verified_at IS NOT NULL
);

-- name: IsStoppedAddress :one
SELECT EXISTS (SELECT FROM stopped_addresses WHERE organisation_id = @organisation_id AND address = lower(@address::text));

-- name: LockConfirmations :exec
-- Orders this transaction with all others that ask the address, or anybody in the name of the organisation. The organisation is locked before the address.
SELECT pg_advisory_xact_lock(hashtextextended('zeitwork.confirmations:' || @organisation_id::uuid, 0)),
  pg_advisory_xact_lock(hashtextextended('zeitwork.confirmations:' || lower(@address::text), 0));

-- name: CountConfirmations :one
-- How often an address was asked lately, by whichever organisation and by this one, and how often the organisation has asked any.
SELECT
  (SELECT count(*) FROM notification_confirmations AS asked WHERE lower(asked.address) = lower(@address::text) AND asked.id > @since) AS of_address,
  (SELECT count(*) FROM notification_confirmations AS asked
    WHERE lower(asked.address) = lower(@address::text) AND asked.id > @since AND asked.organisation_id = @organisation_id) AS of_both,
  (SELECT count(*) FROM notification_confirmations AS asked WHERE asked.organisation_id = @organisation_id AND asked.id > @since) AS of_organisation;

-- name: CreateConfirmation :exec
INSERT INTO notification_confirmations (id, organisation_id, channel_id, address) VALUES (@id, @organisation_id, @channel_id, @address);

-- name: PutConfirmationToken :execrows
-- Stores the hash of the token that the next message carries, for which it is valid. No row: nobody waits for the confirmation any more.
UPDATE notification_confirmations SET token_hash = @token_hash, ends_at = now() + sqlc.arg(valid)::interval
FROM notification_channels
WHERE notification_confirmations.id = @id AND notification_confirmations.used_at IS NULL
  AND notification_channels.id = notification_confirmations.channel_id AND notification_channels.address = notification_confirmations.address
  AND notification_channels.unconfirmed_since IS NOT NULL AND notification_channels.stopped_at IS NULL;

-- name: GetConfirmation :one
-- The channel that a token confirms, unless it was used, has ended, or nobody waits for it any more.
SELECT sqlc.embed(notification_channels), sqlc.embed(organisations) FROM notification_confirmations
JOIN notification_channels ON notification_channels.id = notification_confirmations.channel_id
JOIN organisations ON organisations.id = notification_channels.organisation_id
WHERE notification_confirmations.token_hash = @token_hash AND notification_confirmations.used_at IS NULL AND notification_confirmations.ends_at > now()
  AND notification_channels.address = notification_confirmations.address
  AND notification_channels.unconfirmed_since IS NOT NULL AND notification_channels.stopped_at IS NULL;

-- name: UseConfirmation :execrows
-- Uses a token up.
UPDATE notification_confirmations SET used_at = now() WHERE token_hash = @token_hash AND used_at IS NULL AND ends_at > now();

-- name: GetChannelOfMail :one
SELECT sqlc.embed(notification_channels), sqlc.embed(organisations) FROM notification_channels
JOIN organisations ON organisations.id = notification_channels.organisation_id
WHERE notification_channels.id = $1 AND notification_channels.kind = 'email';

-- name: GetStoppedOfMail :one
-- The stopped address that got a mail with the link, whose channel may be gone.
SELECT sqlc.embed(stopped_addresses), sqlc.embed(organisations) FROM stopped_addresses
JOIN organisations ON organisations.id = stopped_addresses.organisation_id
WHERE stopped_addresses.link_hashes @> ARRAY[@link_hash::bytea];

-- name: LockChannelsOfAddress :many
-- The channels of an organisation that lead to an address.
SELECT * FROM notification_channels
WHERE organisation_id = @organisation_id::uuid AND kind = 'email' AND lower(address) = lower(@address::text)
ORDER BY id
FOR UPDATE;

-- name: StopAddress :execrows
-- Has nothing sent to an address by any channel of the organisation; no row: it was so before. An address that the version before has stopped has no links yet.
WITH stopped AS (
  INSERT INTO stopped_addresses (organisation_id, address, link_hashes) VALUES (@organisation_id, lower(@address::text), @link_hashes)
  ON CONFLICT (organisation_id, address) DO UPDATE SET link_hashes = excluded.link_hashes WHERE stopped_addresses.link_hashes = '{}'
)
UPDATE notification_channels SET unconfirmed_since = coalesce(unconfirmed_since, now()), stopped_at = now()
WHERE notification_channels.organisation_id = @organisation_id AND notification_channels.kind = 'email'
  AND lower(notification_channels.address) = lower(@address::text) AND notification_channels.stopped_at IS NULL;

-- name: AllowAddress :one
-- Has messages sent to an address whose owner wants them, and returns whether that changes anything.
WITH allowed AS (
  DELETE FROM stopped_addresses AS stopped WHERE stopped.organisation_id = @organisation_id AND stopped.address = lower(@address::text)
  RETURNING stopped.address
), confirmed AS (
  UPDATE notification_channels SET unconfirmed_since = NULL, stopped_at = NULL
  WHERE notification_channels.organisation_id = @organisation_id AND notification_channels.kind = 'email'
    AND lower(notification_channels.address) = lower(@address::text) AND notification_channels.unconfirmed_since IS NOT NULL
  RETURNING notification_channels.id
)
SELECT (EXISTS (SELECT FROM allowed) OR EXISTS (SELECT FROM confirmed))::boolean AS changed;

-- name: DeleteStoppedAddresses :exec
DELETE FROM stopped_addresses WHERE organisation_id = @organisation_id;
