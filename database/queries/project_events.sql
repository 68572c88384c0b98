-- name: CreateProjectEvent :exec
INSERT INTO project_events (id, project_id, deployment_id, kind, message) VALUES (@id, @project_id, @deployment_id, @kind, @message);

-- name: ListProjectEvents :many
SELECT * FROM project_events
WHERE project_events.project_id = @project_id AND project_events.id < @before
  AND EXISTS (SELECT FROM projects WHERE projects.id = @project_id AND projects.organisation_id = @organisation_id)
ORDER BY project_events.id DESC
LIMIT sqlc.arg(max_rows)::int;
