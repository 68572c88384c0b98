-- What has ended and is kept for a while. Ids tell when a row was made, so that the primary keys find the old ones. Each statement deletes a batch;
-- rows that somebody else holds are left for the next pass.

-- name: DeleteOldVMs :execrows
-- Deletes VMs that were removed before the retention began, with their log lines. Those of deployments on their way stay: what has run a
-- release command must not be forgotten.
DELETE FROM vms WHERE vms.id IN (
  SELECT old.id FROM vms AS old JOIN deployments ON deployments.id = old.deployment_id
  WHERE old.id < @before AND old.removed_at < now() - sqlc.arg(retention)::interval AND old.ip_released_at IS NOT NULL
    AND deployments.state NOT IN ('queued', 'deploying')
  ORDER BY old.id LIMIT 1000
  FOR UPDATE OF old SKIP LOCKED
);

-- name: DeleteOldDeployments :execrows
-- Deletes deployments that ended before the retention began, with their timelines, events and logs. Of each environment the last releases stay, as
-- one can roll back to them, and whatever another row names, and all of projects whose deletion can be undone. One that is repeated by another one that
-- goes is for the next batch.
DELETE FROM deployments WHERE deployments.id IN (
  SELECT old.id FROM deployments AS old JOIN environments ON environments.id = old.environment_id
  WHERE old.id < @before AND old.state IN ('failed', 'cancelled', 'superseded', 'retired')
    AND greatest(old.ended_at, old.retired_at, old.warm_until) < now() - sqlc.arg(retention)::interval
    AND (
      old.route_version IS NULL
      OR coalesce(environments.deleted_at < now() - sqlc.arg(retention)::interval, false)
      OR sqlc.arg(keep_releases)::integer <= (
        SELECT count(*) FROM (
          SELECT FROM deployments AS newer
          WHERE newer.environment_id = old.environment_id AND newer.route_version > old.route_version AND newer.state <> 'live'
          LIMIT sqlc.arg(keep_releases)::integer
        ) AS newer_releases
      )
    )
    AND environments.pinned_by_id IS DISTINCT FROM old.id
    AND NOT EXISTS (SELECT FROM projects WHERE projects.id = old.project_id AND projects.kept_until IS NOT NULL)
    AND NOT EXISTS (SELECT FROM deployments AS repeating WHERE repeating.origin_id = old.id)
    AND NOT EXISTS (SELECT FROM vms WHERE vms.deployment_id = old.id)
    AND NOT EXISTS (SELECT FROM domains WHERE domains.deployment_id = old.id AND domains.kind <> 'deployment')
  ORDER BY old.id LIMIT 1000
  FOR UPDATE OF old SKIP LOCKED
);

-- name: DeleteOldImages :execrows
-- Deletes the rows of images that left the registry before the retention began and that no deployment names.
DELETE FROM images WHERE images.id IN (
  SELECT old.id FROM images AS old
  WHERE old.id < @before AND old.repository = '' AND old.collected_at < now() - sqlc.arg(retention)::interval
    AND NOT EXISTS (SELECT FROM deployments WHERE deployments.image_id = old.id)
  ORDER BY old.id LIMIT 1000
  FOR UPDATE SKIP LOCKED
);

-- name: DeleteOldEnvironments :execrows
-- Deletes previews that ended before the retention began and that no deployment names. Production goes with its project.
DELETE FROM environments WHERE environments.id IN (
  SELECT old.id FROM environments AS old
  WHERE old.id < @before AND old.kind = 'preview' AND old.deleted_at < now() - sqlc.arg(retention)::interval
    AND NOT EXISTS (SELECT FROM projects WHERE projects.id = old.project_id AND projects.kept_until IS NOT NULL)
    AND NOT EXISTS (SELECT FROM deployments WHERE deployments.environment_id = old.id)
  ORDER BY old.id LIMIT 1000
  FOR UPDATE SKIP LOCKED
);

-- name: DeleteOldProjects :execrows
-- Deletes what is left of projects that were deleted before the retention began. Whatever is still to be taken out of the registry has a row.
DELETE FROM projects WHERE projects.id IN (
  SELECT old.id FROM projects AS old
  WHERE old.id < @before AND old.deleted_at < now() - sqlc.arg(retention)::interval AND old.kept_until IS NULL
    AND NOT EXISTS (SELECT FROM deployments WHERE deployments.project_id = old.id)
    AND NOT EXISTS (SELECT FROM images WHERE images.project_id = old.id)
  ORDER BY old.id LIMIT 1000
  FOR UPDATE SKIP LOCKED
);

-- name: DeleteOldProjectEvents :execrows
DELETE FROM project_events WHERE project_events.id IN (
  SELECT old.id FROM project_events AS old WHERE old.id < @before ORDER BY old.id LIMIT 1000 FOR UPDATE SKIP LOCKED
);

-- name: DeleteOldDetections :execrows
DELETE FROM detections WHERE detections.id IN (
  SELECT old.id FROM detections AS old WHERE old.id < @before ORDER BY old.id LIMIT 1000 FOR UPDATE SKIP LOCKED
);

-- name: DeleteOldAuditEvents :execrows
-- Deletes old events. Those that know a former slug of an organisation stay while there is the organisation, which is found by it.
DELETE FROM audit_events WHERE audit_events.id IN (
  SELECT old.id FROM audit_events AS old
  WHERE old.id < @before AND NOT (old.action = 'organisation.update' AND old.details ? 'slug_before' AND EXISTS (
    SELECT FROM organisations WHERE organisations.id = old.subject_id AND organisations.deleted_at IS NULL
  ))
  ORDER BY old.id LIMIT 1000 FOR UPDATE SKIP LOCKED
);

-- name: DeleteOldSignIns :execrows
-- Deletes what browsers and programs have begun to sign in with, a day after it has ended, and sessions that ended before the retention began.
WITH flows AS (
  DELETE FROM web_flows WHERE web_flows.id IN (
    SELECT old.id FROM web_flows AS old WHERE old.id < @begun_before ORDER BY old.id LIMIT 1000 FOR UPDATE SKIP LOCKED
  ) RETURNING web_flows.id
), codes AS (
  DELETE FROM sign_in_codes WHERE sign_in_codes.id IN (
    SELECT old.id FROM sign_in_codes AS old WHERE old.id < @begun_before ORDER BY old.id LIMIT 1000 FOR UPDATE SKIP LOCKED
  ) RETURNING sign_in_codes.id
), devices AS (
  DELETE FROM device_logins WHERE device_logins.id IN (
    SELECT old.id FROM device_logins AS old WHERE old.id < @begun_before ORDER BY old.id LIMIT 1000 FOR UPDATE SKIP LOCKED
  ) RETURNING device_logins.id
), ended AS (
  DELETE FROM api_tokens WHERE api_tokens.id IN (
    SELECT sessions.id FROM sessions JOIN api_tokens AS old ON old.id = sessions.id
    WHERE sessions.id < @before AND least(old.revoked_at, old.expires_at) < now() - sqlc.arg(retention)::interval
    ORDER BY sessions.id LIMIT 1000 FOR UPDATE OF old SKIP LOCKED
  ) RETURNING api_tokens.id
)
SELECT id FROM flows UNION ALL SELECT id FROM codes UNION ALL SELECT id FROM devices UNION ALL SELECT id FROM ended;

-- name: DeleteOldNotificationDeliveries :execrows
-- Deletes what channels were told before the retention began. Of what is wrong with the platform still they would be told again.
DELETE FROM notification_deliveries WHERE notification_deliveries.id IN (
  SELECT old.id FROM notification_deliveries AS old
  WHERE old.id < @before AND old.state <> 'pending'
    AND NOT EXISTS (SELECT FROM platform_alerts WHERE platform_alerts.id = old.alert_id AND platform_alerts.ended_at IS NULL)
  ORDER BY old.id LIMIT 1000
  FOR UPDATE SKIP LOCKED
);

-- name: DeleteFormerKeys :execrows
-- Deletes the keys of webhooks that sign no message any more.
WITH ended AS (
  SELECT notification_channels.id FROM notification_channels
  WHERE notification_channels.former_key_until < now()
  ORDER BY notification_channels.id LIMIT 1000
  FOR UPDATE SKIP LOCKED
), forgotten AS (
  DELETE FROM secrets USING ended WHERE secrets.subject_id = ended.id AND secrets.kind = @kind
)
UPDATE notification_channels SET former_key_until = NULL FROM ended WHERE notification_channels.id = ended.id;

-- name: DeleteOldConfirmations :execrows
-- Deletes when addresses were asked whether they want messages, once no limit counts it.
DELETE FROM notification_confirmations WHERE notification_confirmations.id IN (
  SELECT old.id FROM notification_confirmations AS old
  WHERE old.id < @before
  ORDER BY old.id LIMIT 1000
  FOR UPDATE SKIP LOCKED
);

-- name: DeleteOldPlatformAlerts :execrows
-- Deletes what was wrong with the platform, and was over, before the retention began.
DELETE FROM platform_alerts WHERE platform_alerts.id IN (
  SELECT old.id FROM platform_alerts AS old
  WHERE old.id < @before AND old.ended_at < now() - sqlc.arg(retention)::interval
  ORDER BY old.id LIMIT 1000
  FOR UPDATE SKIP LOCKED
);
