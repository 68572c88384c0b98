-- Where organisations, and operators, are told of outcomes, and what each place is told.

-- name: CreateNotificationChannel :one
INSERT INTO notification_channels (id, organisation_id, kind, name, address, created_by, unconfirmed_since)
VALUES (@id, @organisation_id, @kind, @name, @address, @created_by, CASE WHEN sqlc.arg(unconfirmed)::boolean THEN now() END)
RETURNING *;

-- name: CountNotificationChannels :one
SELECT count(*) FROM notification_channels WHERE organisation_id = @organisation_id::uuid;

-- name: ListNotificationChannels :many
-- Newest first.
SELECT * FROM notification_channels
WHERE organisation_id = @organisation_id::uuid AND id < @before
ORDER BY id DESC
LIMIT sqlc.arg(max_rows)::int;

-- name: GetNotificationChannel :one
SELECT * FROM notification_channels WHERE id = @id AND organisation_id = @organisation_id::uuid;

-- name: LockNotificationChannel :one
SELECT * FROM notification_channels WHERE id = @id AND organisation_id = @organisation_id::uuid FOR UPDATE;

-- name: UpdateNotificationChannel :one
-- A channel that leads elsewhere now is broken no longer.
UPDATE notification_channels SET name = @name, address = @address, enabled = @enabled,
  broken_at = CASE WHEN sqlc.arg(leads_elsewhere)::boolean THEN NULL ELSE broken_at END,
  broken_reason = CASE WHEN sqlc.arg(leads_elsewhere)::boolean THEN NULL ELSE broken_reason END,
  unconfirmed_since = CASE WHEN NOT sqlc.arg(leads_elsewhere)::boolean THEN unconfirmed_since WHEN sqlc.arg(unconfirmed)::boolean THEN now() END,
  stopped_at = CASE WHEN NOT sqlc.arg(leads_elsewhere)::boolean THEN stopped_at END
WHERE id = @id AND organisation_id = @organisation_id::uuid
RETURNING *;

-- name: KeepFormerKey :one
-- Has a webhook's messages signed with the key that it had before, too, for as long as is given.
UPDATE notification_channels SET former_key_until = now() + sqlc.arg(keep)::interval
WHERE id = @id AND organisation_id = @organisation_id::uuid
RETURNING *;

-- name: DeleteNotificationChannels :many
-- Deletes a channel of an organisation with what it was told; without an id all of them.
WITH deleted AS (
  DELETE FROM notification_channels
  WHERE notification_channels.organisation_id = @organisation_id::uuid
    AND (sqlc.narg(id)::uuid IS NULL OR notification_channels.id = sqlc.narg(id))
  RETURNING notification_channels.id, notification_channels.name, notification_channels.kind
), unsealed AS (
  DELETE FROM secrets USING deleted WHERE secrets.subject_id = deleted.id
)
SELECT deleted.id, deleted.name, deleted.kind FROM deleted;

-- name: ListChannelsToTell :many
-- The channels of an organisation that are told of a deployment's end: of a failure all of them, of one that went live those that were told of a failure of
-- its environment last. One for which a hundred messages wait already is told no more until it takes them. They stay until the transaction ends.
SELECT notification_channels.id FROM notification_channels
WHERE notification_channels.organisation_id = @organisation_id::uuid AND notification_channels.enabled
  AND notification_channels.unconfirmed_since IS NULL
  AND (@event::text = 'failed' OR 'failed' = (
    SELECT told.event FROM notification_deliveries AS told
    WHERE told.environment_id = @environment_id::uuid AND told.channel_id = notification_channels.id
    ORDER BY told.created_at DESC LIMIT 1
  ))
  AND 100 > (
    SELECT count(*) FROM (
      SELECT FROM notification_deliveries AS waiting WHERE waiting.channel_id = notification_channels.id AND waiting.state = 'pending' LIMIT 100
    ) AS waiting
  )
ORDER BY notification_channels.id
FOR KEY SHARE;

-- name: CreateNotificationDelivery :one
INSERT INTO notification_deliveries (id, channel_id, event, deployment_id, environment_id, alert_id)
VALUES (@id, @channel_id, @event, sqlc.narg(deployment_id), sqlc.narg(environment_id), sqlc.narg(alert_id))
RETURNING *;

-- name: ListNotificationDeliveries :many
-- What a channel was told, newest first.
SELECT sqlc.embed(notification_deliveries), projects.slug AS project_slug, environments.slug AS environment_slug
FROM notification_deliveries
JOIN notification_channels ON notification_channels.id = notification_deliveries.channel_id
LEFT JOIN environments ON environments.id = notification_deliveries.environment_id
LEFT JOIN projects ON projects.id = environments.project_id
WHERE notification_deliveries.channel_id = @channel_id AND notification_channels.organisation_id = @organisation_id::uuid
  AND notification_deliveries.id < @before
ORDER BY notification_deliveries.id DESC
LIMIT sqlc.arg(max_rows)::int;

-- name: CountRecentTests :one
-- How many test messages an organisation has had sent lately, also to channels that it has removed since.
SELECT count(*) FROM audit_events
WHERE audit_events.organisation_id = @organisation_id::uuid AND audit_events.action = 'notification_channel.test' AND audit_events.id > @after;

-- name: GetDeliveryToSend :one
-- A channel of the platform's operators has no organisation.
SELECT sqlc.embed(notification_deliveries), sqlc.embed(notification_channels), coalesce(organisations.slug, '') AS organisation_slug
FROM notification_deliveries
JOIN notification_channels ON notification_channels.id = notification_deliveries.channel_id
LEFT JOIN organisations ON organisations.id = notification_channels.organisation_id
WHERE notification_deliveries.id = $1;

-- name: GetDeploymentToTell :one
SELECT sqlc.embed(deployments), sqlc.embed(environments), sqlc.embed(projects) FROM deployments
JOIN environments ON environments.id = deployments.environment_id
JOIN projects ON projects.id = deployments.project_id
WHERE deployments.id = $1;

-- name: RecordDeliveryAttempt :exec
-- Counts an attempt. A delivery that is not pending any more has ended.
UPDATE notification_deliveries SET attempts = attempts + 1, state = @state::text, problem = sqlc.narg(problem),
  ended_at = CASE WHEN @state::text <> 'pending' THEN now() END
WHERE id = @id;

-- name: RecordChannelDelivered :exec
UPDATE notification_channels SET delivered_at = now(), broken_at = NULL, broken_reason = NULL WHERE id = $1;

-- name: RecordChannelBroken :exec
UPDATE notification_channels SET broken_at = coalesce(broken_at, now()), broken_reason = @reason::text WHERE id = @id;
