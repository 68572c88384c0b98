-- name: ListWaitingDeployments :many
-- The deployments that wait without a job, oldest first: for their organisation's turn to build, for its quota, or until their environment is unpinned. The
-- place is that among those of the organisation that wait for the same.
WITH turns AS (
  SELECT deployments.id, row_number() OVER (PARTITION BY projects.organisation_id ORDER BY deployments.awaits_build_since, deployments.id) AS place
  FROM deployments JOIN projects ON projects.id = deployments.project_id
  WHERE deployments.awaits_build_since IS NOT NULL AND deployments.state = 'queued'
), rooms AS (
  SELECT deployments.id, row_number() OVER (PARTITION BY projects.organisation_id ORDER BY deployments.awaits_quota_since, deployments.id) AS place
  FROM deployments JOIN projects ON projects.id = deployments.project_id
  WHERE deployments.awaits_quota_since IS NOT NULL AND deployments.state = 'deploying'
)
SELECT deployments.id, deployments.step, deployments.branch,
  (CASE WHEN turns.id IS NOT NULL THEN 'build' WHEN rooms.id IS NOT NULL THEN 'quota' ELSE 'pin' END)::text AS waits_for,
  coalesce(deployments.awaits_build_since, deployments.awaits_quota_since, deployments.held_at, deployments.created_at)::timestamptz AS since,
  coalesce(turns.place, rooms.place, 1)::bigint AS place,
  coalesce((
    SELECT attempts.waiting_for FROM deployment_steps AS attempts
    WHERE attempts.deployment_id = deployments.id AND attempts.waiting_for IS NOT NULL ORDER BY attempts.id DESC LIMIT 1
  ), '')::text AS waiting_for,
  deployments.environment_id, environments.kind AS environment_kind, projects.id AS project_id, projects.slug AS project_slug,
  organisations.id AS organisation_id, organisations.slug AS organisation_slug
FROM deployments
JOIN environments ON environments.id = deployments.environment_id
JOIN projects ON projects.id = deployments.project_id
JOIN organisations ON organisations.id = projects.organisation_id
LEFT JOIN turns ON turns.id = deployments.id
LEFT JOIN rooms ON rooms.id = deployments.id
WHERE deployments.state IN ('queued', 'deploying') AND deployments.id > @after
  AND (deployments.awaits_build_since IS NOT NULL OR deployments.awaits_quota_since IS NOT NULL OR deployments.held_at IS NOT NULL)
ORDER BY deployments.id LIMIT sqlc.arg(max_rows)::int;

-- name: CountWaitingDeployments :one
-- How many deployments wait without a job, by what they wait for.
SELECT count(*) FILTER (WHERE deployments.awaits_build_since IS NOT NULL AND deployments.state = 'queued') AS builds,
  count(*) FILTER (WHERE deployments.awaits_quota_since IS NOT NULL AND deployments.state = 'deploying') AS quotas,
  count(*) FILTER (WHERE deployments.held_at IS NOT NULL) AS pins
FROM deployments WHERE deployments.state IN ('queued', 'deploying');
