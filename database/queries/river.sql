-- Everything that Zeitwork knows of River's own tables and notifications stands in this file and in river_views.sql.

-- name: Fence :one
-- Locks project, deployment and job, in this order, and returns the project as it is now. It returns no row when the deployment has ended or
-- stands at another step, or when this attempt of this worker does not own the job any more.
WITH project AS MATERIALIZED (
  SELECT * FROM projects WHERE projects.id = @project_id FOR NO KEY UPDATE
), deployment AS MATERIALIZED (
  SELECT deployments.id FROM project JOIN deployments ON deployments.project_id = project.id
  WHERE deployments.id = @deployment_id AND deployments.step = @step AND deployments.state = 'deploying'
  FOR NO KEY UPDATE OF deployments
), job AS MATERIALIZED (
  SELECT owned.id FROM deployment, river.river_job AS owned
  WHERE owned.id = @job_id AND owned.state = 'running' AND owned.attempt = @attempt
    AND owned.attempted_by[array_upper(owned.attempted_by, 1)] = @worker::text
  FOR UPDATE OF owned
)
SELECT project.* FROM project, job;

-- name: OwnsJob :one
-- The part of the fence that is about the job: returns no row unless this attempt of this worker still owns it.
SELECT id FROM river.river_job
WHERE id = @id AND state = 'running' AND attempt = @attempt AND attempted_by[array_upper(attempted_by, 1)] = @worker::text
FOR UPDATE;

-- name: ListDeploymentJobs :many
-- The jobs that carry a deployment through the chain and are not done.
SELECT id FROM river.river_job
WHERE args @> jsonb_build_object('deployment_id', @deployment_id::uuid) AND kind LIKE 'deploy.%'
  AND state IN ('available', 'pending', 'running', 'retryable', 'scheduled');

-- name: ListJobOwners :many
-- The workers that own running jobs, and the one that leads.
SELECT attempted_by[array_upper(attempted_by, 1)]::text AS worker FROM river.river_job WHERE state = 'running'
UNION SELECT leader_id FROM river.river_leader;

-- name: TryLockWorker :one
-- True when the worker is dead: the lock that it takes before it works is free.
SELECT pg_try_advisory_xact_lock(hashtextextended('zeitwork.worker:' || @worker::text, 0));

-- name: HoldWorkerLock :exec
-- Holds the worker's lock as long as the connection lives.
SELECT pg_advisory_lock(hashtextextended('zeitwork.worker:' || @worker::text, 0));

-- name: FinalizeDeadJobs :many
-- Ends the running jobs of a worker that died, for good: a row that is never revived cannot be written by that worker
-- if it comes back.
UPDATE river.river_job
SET state = CASE WHEN metadata ? 'cancel_attempted_at' THEN 'cancelled'::river.river_job_state ELSE 'discarded'::river.river_job_state END,
  finalized_at = now(),
  errors = array_append(errors, jsonb_build_object('at', now(), 'attempt', attempt, 'error', 'the worker died', 'trace', ''))
WHERE state = 'running' AND attempted_by[array_upper(attempted_by, 1)] = @worker::text
RETURNING id, kind, args, attempt, metadata, (metadata ? 'cancel_attempted_at')::boolean AS cancelled;

-- name: DeposeDeadLeader :execrows
-- Has another worker lead at once where the one that died did: River itself waits for the end of a term. Periodic jobs and
-- those that are tried again need a leader.
WITH deposed AS (DELETE FROM river.river_leader WHERE leader_id = @worker::text RETURNING leader_id)
SELECT pg_notify('river.river_leadership', jsonb_build_object('leader_id', leader_id, 'action', 'resigned')::text) FROM deposed;

-- name: OpenStep :one
-- Opens the timeline row of the next attempt of a step and tells whoever waits for the deployment. It returns no row unless this attempt of this
-- worker owns the job, as OwnsJob does. The row of the attempt before loses what it waited for and, where its worker died, is closed. tried_for
-- is how long the step has been tried since the deployment last came to it.
WITH owned AS MATERIALIZED (
  SELECT job.id FROM river.river_job AS job
  WHERE job.id = @job_id AND job.state = 'running' AND job.attempt = @job_attempt
    AND job.attempted_by[array_upper(job.attempted_by, 1)] = @worker::text
  FOR UPDATE OF job
), stale AS (
  UPDATE deployment_steps
  SET state = CASE deployment_steps.state WHEN 'running' THEN 'retrying' ELSE deployment_steps.state END,
    error = CASE deployment_steps.state WHEN 'running' THEN 'The worker that ran this step stopped.' ELSE deployment_steps.error END,
    waiting_for = NULL, ended_at = coalesce(ended_at, now())
  FROM owned
  WHERE deployment_steps.deployment_id = @deployment_id
    AND (deployment_steps.state = 'running' OR deployment_steps.waiting_for IS NOT NULL)
), tried AS (
  SELECT coalesce(max(earlier.attempt), 0) AS attempts, coalesce(now() - min(earlier.started_at) FILTER (
    WHERE earlier.state <> 'held' AND earlier.attempt > coalesce((
      SELECT max(ended.attempt) FROM deployment_steps AS ended
      WHERE ended.deployment_id = @deployment_id AND ended.step = @step AND ended.state = 'succeeded'
    ), 0)
  ), interval '0') AS tried_for
  FROM deployment_steps AS earlier WHERE earlier.deployment_id = @deployment_id AND earlier.step = @step
), opened AS (
  INSERT INTO deployment_steps (id, deployment_id, step, attempt, worker)
  SELECT @id::uuid, @deployment_id::uuid, @step::text, tried.attempts + 1, @worker::text FROM owned, tried
  RETURNING deployment_steps.deployment_id, deployment_steps.attempt
)
SELECT opened.attempt, tried.tried_for::interval AS tried_for, pg_notify('zeitwork_deployments', opened.deployment_id::text)::text AS notified
FROM opened, tried;

-- name: AdvanceDeployment :exec
-- Puts the deployment at a step, ends the row of the attempt that led there, and tells whoever waits for the deployment. It does what NotifyJob
-- does for the job of that step. Unless the transaction is durable, it commits before it is on the disk.
WITH advanced AS (
  UPDATE deployments SET step = @step WHERE deployments.id = @id RETURNING deployments.id
), closed AS (
  UPDATE deployment_steps SET state = @attempt_state, error = sqlc.narg(attempt_error), waiting_for = NULL, ended_at = now()
  WHERE deployment_steps.id = @attempt_id AND deployment_steps.state = 'running'
)
SELECT pg_notify('river.river_insert', jsonb_build_object('queue', @queue::text)::text), pg_notify('zeitwork_deployments', advanced.id::text),
  set_config('synchronous_commit', CASE WHEN @durable::boolean THEN current_setting('synchronous_commit') ELSE 'off' END, true)
FROM advanced;

-- name: NotifyJob :exec
-- Wakes the workers of a queue at commit. River's own notification is debounced and may be left out.
SELECT pg_notify('river.river_insert', jsonb_build_object('queue', @queue::text)::text);
