-- What is wrong with the platform, and the channels on which its operators are told of it.

-- name: LockPlatformAlerts :exec
-- One look at a time changes what is known to be wrong, and no operator adds a channel meanwhile. Until the end of the transaction.
SELECT pg_advisory_xact_lock(hashtextextended('zeitwork.platform_alerts', 0));

-- name: BeginPlatformAlert :one
-- Writes what a look has found, or that it is found still. Words that operators were told stay as they were told.
INSERT INTO platform_alerts (id, part, about, detail, advice) VALUES (@id, @part, @about, @detail, @advice)
ON CONFLICT (part, about) WHERE ended_at IS NULL DO UPDATE SET well_since = NULL,
  detail = CASE WHEN platform_alerts.told_at IS NULL THEN excluded.detail ELSE platform_alerts.detail END,
  advice = CASE WHEN platform_alerts.told_at IS NULL THEN excluded.advice ELSE platform_alerts.advice END
RETURNING id;

-- name: SettlePlatformAlerts :exec
-- Notes what a look has not found any more, and forgets what nobody was told of. Of parts that it was unsure about it says nothing.
WITH gone AS (
  SELECT platform_alerts.id, platform_alerts.told_at FROM platform_alerts
  WHERE platform_alerts.ended_at IS NULL AND platform_alerts.well_since IS NULL
    AND platform_alerts.id <> ALL(@found::uuid[]) AND platform_alerts.part <> ALL(@unsure::text[])
), forgotten AS (
  DELETE FROM platform_alerts USING gone WHERE platform_alerts.id = gone.id AND gone.told_at IS NULL
)
UPDATE platform_alerts SET well_since = now() FROM gone WHERE platform_alerts.id = gone.id AND gone.told_at IS NOT NULL;

-- name: FirePlatformAlerts :execrows
-- Notes that operators are told now of what has been wrong for long enough, unless they were told that the same is over just now.
UPDATE platform_alerts SET told_at = now()
WHERE platform_alerts.ended_at IS NULL AND platform_alerts.told_at IS NULL AND platform_alerts.began_at <= now() - @settled::interval
  AND NOT EXISTS (
    SELECT FROM platform_alerts AS before
    WHERE before.part = platform_alerts.part AND before.about = platform_alerts.about AND before.ended_at > now() - @between::interval
  );

-- name: EndPlatformAlerts :many
-- Notes that operators are told now of what has been well for long enough, unless they were told that it is wrong just now.
UPDATE platform_alerts SET ended_at = now()
WHERE ended_at IS NULL AND told_at <= now() - @between::interval AND well_since <= now() - @settled::interval
RETURNING id;

-- name: ListPlatformAlertsToTell :many
-- What operators are told of and is found still, where one of their channels was not told of it: it is a new alert, or the channel was added or turned on
-- since, or had too much waiting.
SELECT platform_alerts.id FROM platform_alerts
WHERE platform_alerts.ended_at IS NULL AND platform_alerts.told_at IS NOT NULL AND platform_alerts.well_since IS NULL
  AND EXISTS (
    SELECT FROM notification_channels
    WHERE notification_channels.organisation_id IS NULL AND notification_channels.enabled
      AND NOT EXISTS (
        SELECT FROM notification_deliveries AS told
        WHERE told.alert_id = platform_alerts.id AND told.channel_id = notification_channels.id AND told.event = 'firing'
      )
  )
ORDER BY platform_alerts.id;

-- name: ListPlatformAlerts :many
-- Newest first.
SELECT * FROM platform_alerts WHERE id < @before ORDER BY id DESC LIMIT sqlc.arg(max_rows)::int;

-- name: GetPlatformAlert :one
SELECT * FROM platform_alerts WHERE id = $1;

-- name: ListPlatformChannelsToTell :many
-- The operators' channels that are told of an alert: that it fires all that were not told, that it is over those that were told that it fires. One for which
-- a hundred messages wait already is told no more until it takes them. They stay until the transaction ends.
SELECT notification_channels.id FROM notification_channels
WHERE notification_channels.organisation_id IS NULL AND notification_channels.enabled
  AND (@event::text = 'resolved') = EXISTS (
    SELECT FROM notification_deliveries AS told
    WHERE told.alert_id = @alert_id::uuid AND told.channel_id = notification_channels.id AND told.event = 'firing'
  )
  AND 100 > (
    SELECT count(*) FROM (
      SELECT FROM notification_deliveries AS waiting WHERE waiting.channel_id = notification_channels.id AND waiting.state = 'pending' LIMIT 100
    ) AS waiting
  )
ORDER BY notification_channels.id
FOR KEY SHARE;

-- name: CountPlatformChannels :one
SELECT count(*) FROM notification_channels WHERE organisation_id IS NULL;

-- name: ListPlatformChannels :many
-- Newest first.
SELECT * FROM notification_channels
WHERE organisation_id IS NULL AND id < @before
ORDER BY id DESC
LIMIT sqlc.arg(max_rows)::int;

-- name: GetPlatformChannel :one
SELECT * FROM notification_channels WHERE id = $1 AND organisation_id IS NULL;

-- name: LockPlatformChannel :one
SELECT * FROM notification_channels WHERE id = $1 AND organisation_id IS NULL FOR UPDATE;

-- name: DeletePlatformChannel :one
-- Deletes a channel of the platform's operators with what it was told.
WITH deleted AS (
  DELETE FROM notification_channels WHERE notification_channels.id = $1 AND notification_channels.organisation_id IS NULL
  RETURNING notification_channels.id, notification_channels.name, notification_channels.kind
), unsealed AS (
  DELETE FROM secrets USING deleted WHERE secrets.subject_id = deleted.id
)
SELECT deleted.id, deleted.name, deleted.kind FROM deleted;

-- name: ListPlatformDeliveries :many
-- What a channel of the platform's operators was told, newest first.
SELECT notification_deliveries.* FROM notification_deliveries
JOIN notification_channels ON notification_channels.id = notification_deliveries.channel_id
WHERE notification_deliveries.channel_id = @channel_id AND notification_channels.organisation_id IS NULL AND notification_deliveries.id < @before
ORDER BY notification_deliveries.id DESC
LIMIT sqlc.arg(max_rows)::int;
