-- An organisation builds so many deployments at once; the others wait without a job, and the one that has waited longest goes on first. Nobody waits for a row while
-- holding the lock of the turns.

-- name: LockBuildTurns :one
-- Has the transactions that begin or end builds of one organisation take turns, and returns the organisation. The project may be any of its.
SELECT organisation_id, pg_advisory_xact_lock(hashtextextended('zeitwork.builds:' || organisation_id, 0))::text AS locked
FROM projects WHERE id = @project_id;

-- name: BuildsAllowed :one
-- How many deployments of an organisation may be built at once.
SELECT builds::integer FROM organisation_limits WHERE organisation_id = @organisation_id;

-- name: AwaitBuild :exec
UPDATE deployments SET awaits_build_since = @since::timestamptz WHERE id = @id;

-- name: TakeBuildTurns :many
-- Lets the deployments of an organisation go on that have waited longest, as many as may be built, and tells whoever waits for them. The turns are locked. A
-- deployment that somebody else has locked is left to reconcile.
WITH next AS MATERIALIZED (
  SELECT waiting.id FROM deployments AS waiting JOIN projects ON projects.id = waiting.project_id
  WHERE waiting.awaits_build_since IS NOT NULL AND waiting.state = 'queued' AND projects.organisation_id = @organisation_id
  ORDER BY waiting.awaits_build_since, waiting.id
  LIMIT (
    SELECT greatest(organisation_limits.builds - (
      SELECT count(*) FROM deployments AS building JOIN projects ON projects.id = building.project_id
      WHERE projects.organisation_id = @organisation_id AND building.state IN ('queued', 'deploying')
        AND building.step IN ('clone', 'detect', 'build', 'push') AND building.awaits_build_since IS NULL
    ), 0) FROM organisation_limits WHERE organisation_limits.organisation_id = @organisation_id
  )
  FOR NO KEY UPDATE OF waiting SKIP LOCKED
), taken AS (
  UPDATE deployments SET awaits_build_since = NULL FROM next WHERE deployments.id = next.id
  RETURNING deployments.id, deployments.step
), told AS (
  UPDATE deployment_steps SET waiting_for = NULL FROM next
  WHERE deployment_steps.deployment_id = next.id AND deployment_steps.waiting_for IS NOT NULL
)
SELECT taken.id, taken.step, pg_notify('zeitwork_deployments', taken.id::text)::text AS notified FROM taken;

-- name: ListProjectsAwaitingBuilds :many
-- Of each organisation whose deployments wait for their turn, one project.
SELECT DISTINCT ON (projects.organisation_id) projects.id
FROM deployments JOIN projects ON projects.id = deployments.project_id
WHERE deployments.awaits_build_since IS NOT NULL AND deployments.state = 'queued'
ORDER BY projects.organisation_id, projects.id;
