-- name: CreateProjectEvent :exec
INSERT INTO project_events (id, project_id, deployment_id, kind, message) VALUES (@id, @project_id, @deployment_id, @kind, @message);

-- name: ListProjectEvents :many
SELECT * FROM project_events
WHERE project_id = @project_id AND id < @before
ORDER BY id DESC
LIMIT sqlc.arg(max_rows)::int;
