-- name: HoldStep :exec
-- Writes into the timeline that a step waits, without a worker, until the project is unpinned.
INSERT INTO deployment_steps (id, deployment_id, step, attempt, state, worker, waiting_for, ended_at)
SELECT @id::uuid, @deployment_id::uuid, @step::text, coalesce(max(attempt), 0) + 1, 'held', @worker::text, @waiting_for::text, now()
FROM deployment_steps WHERE deployment_steps.deployment_id = @deployment_id AND deployment_steps.step = @step;

-- name: CloseStep :exec
-- Ends the row of an attempt and tells whoever waits for the deployment.
WITH closed AS (
  UPDATE deployment_steps SET state = @state, error = @error, waiting_for = @waiting_for, ended_at = now()
  WHERE deployment_steps.id = @id AND deployment_steps.state = 'running'
  RETURNING deployment_id
)
SELECT pg_notify('zeitwork_deployments', deployment_id::text) FROM closed;

-- name: SetStepWaiting :execrows
-- Writes the sentence that says why the running attempt waits; null: it does not wait.
UPDATE deployment_steps SET waiting_for = @waiting_for
WHERE id = @id AND state = 'running' AND waiting_for IS DISTINCT FROM @waiting_for;

-- name: CancelSteps :exec
-- Closes the open rows in the timeline of a deployment that was cancelled or superseded.
UPDATE deployment_steps
SET state = CASE state WHEN 'running' THEN 'cancelled' ELSE state END, waiting_for = NULL, ended_at = coalesce(ended_at, now())
WHERE deployment_id = $1 AND (state = 'running' OR waiting_for IS NOT NULL);

-- name: ListDeploymentSteps :many
SELECT * FROM deployment_steps
WHERE deployment_steps.deployment_id = @deployment_id
  AND @organisation_id::uuid = (
    SELECT projects.organisation_id FROM deployments JOIN projects ON projects.id = deployments.project_id WHERE deployments.id = @deployment_id
  )
ORDER BY deployment_steps.id;
