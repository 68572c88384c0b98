-- name: CreateProjectEvent :exec
INSERT INTO project_events (id, project_id, deployment_id, kind, message) VALUES (@id, @project_id, @deployment_id, @kind, @message);

-- name: CreateDeploymentEventOnce :exec
-- As CreateProjectEvent, unless the same was written within a day and is among the project's last events.
INSERT INTO project_events (id, project_id, deployment_id, kind, message)
SELECT @id, deployments.project_id, deployments.id, @kind, @message FROM deployments
WHERE deployments.id = @deployment_id AND NOT EXISTS (
  SELECT FROM (
    SELECT latest.message, latest.deployment_id, latest.created_at FROM project_events AS latest
    WHERE latest.project_id = deployments.project_id ORDER BY latest.id DESC LIMIT 20
  ) AS recent
  WHERE recent.message = @message AND recent.deployment_id = deployments.id AND recent.created_at > now() - interval '1 day'
);

-- name: ListProjectEvents :many
SELECT * FROM project_events
WHERE project_events.project_id = @project_id AND project_events.id < @before
  AND EXISTS (SELECT FROM projects WHERE projects.id = @project_id AND projects.organisation_id = @organisation_id)
ORDER BY project_events.id DESC
LIMIT sqlc.arg(max_rows)::int;
