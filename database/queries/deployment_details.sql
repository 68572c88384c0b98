-- What pages tell of deployments beside their rows.

-- name: ListDeploymentActors :many
-- Who started each of these deployments of an organisation: the user, and the organisation's token where that user's program asked with one. Pushes have
-- neither.
SELECT deployments.id, users.id AS user_id, users.name AS user_name, users.github_login, api_tokens.id AS token_id, api_tokens.name AS token_name
FROM deployments
JOIN projects ON projects.id = deployments.project_id
JOIN users ON users.id = deployments.created_by
LEFT JOIN LATERAL (
  SELECT audit_events.actor_id FROM audit_events
  WHERE audit_events.subject_id = deployments.id AND audit_events.actor_kind = 'token'
    AND audit_events.action IN ('deployment.approve', 'deployment.create', 'deployment.promote', 'deployment.redeploy', 'deployment.rollback')
  ORDER BY audit_events.id LIMIT 1
) AS asked ON true
LEFT JOIN api_tokens ON api_tokens.id = asked.actor_id
WHERE deployments.id = ANY (@ids::uuid[]) AND projects.organisation_id = @organisation_id;

-- name: PlaceInBuildTurns :one
-- The place of a deployment that waits for its turn to be built among those of its organisation, and how many wait.
SELECT count(*) FILTER (WHERE (waiting.awaits_build_since, waiting.id) <= (own.awaits_build_since, own.id)) AS position, count(*) AS length
FROM deployments AS waiting
JOIN projects ON projects.id = waiting.project_id
JOIN deployments AS own ON own.id = @id
WHERE waiting.awaits_build_since IS NOT NULL AND waiting.state = 'queued' AND projects.organisation_id = @organisation_id;

-- name: PlaceInQuotaQueue :one
-- As PlaceInBuildTurns, for deployments that wait for room in the quotas.
SELECT count(*) FILTER (WHERE (waiting.awaits_quota_since, waiting.id) <= (own.awaits_quota_since, own.id)) AS position, count(*) AS length
FROM deployments AS waiting
JOIN projects ON projects.id = waiting.project_id
JOIN deployments AS own ON own.id = @id
WHERE waiting.awaits_quota_since IS NOT NULL AND waiting.state = 'deploying' AND projects.organisation_id = @organisation_id;

-- name: PlaceInQueue :one
-- The place of a deployment's job among those of its organisation in its queue, how many of those wait, and whether other jobs are before it. How many others wait
-- is not the organisation's to know. No row where none of the deployment's jobs waits for a worker.
SELECT own.queue, own.scheduled_at,
  count(*) FILTER (WHERE alike.id IS NOT NULL AND (waiting.priority, waiting.scheduled_at, waiting.id) <= (own.priority, own.scheduled_at, own.id)) AS position,
  count(alike.id) AS length,
  bool_or(alike.id IS NULL AND (waiting.priority, waiting.scheduled_at, waiting.id) < (own.priority, own.scheduled_at, own.id))::boolean AS others_before
FROM deployments
JOIN projects ON projects.id = deployments.project_id
JOIN queued_jobs AS own ON own.deployment_id = deployments.id AND own.kind = 'deploy.' || deployments.step
JOIN queued_jobs AS waiting ON waiting.queue = own.queue
LEFT JOIN LATERAL (
  SELECT of_one.id FROM deployments AS of_one JOIN projects AS owner ON owner.id = of_one.project_id
  WHERE of_one.id = waiting.deployment_id AND owner.organisation_id = projects.organisation_id
) AS alike ON true
WHERE deployments.id = @id AND projects.organisation_id = @organisation_id
GROUP BY own.id, own.queue, own.scheduled_at, own.priority
ORDER BY own.id LIMIT 1;

-- name: ImageIsKeptOf :one
-- Whether the registry has the image of a deployment of an organisation and keeps it; no row for one without an image.
SELECT (images.collected_at IS NULL)::boolean AS kept
FROM deployments JOIN projects ON projects.id = deployments.project_id JOIN images ON images.id = deployments.image_id
WHERE deployments.id = @id AND projects.organisation_id = @organisation_id;
