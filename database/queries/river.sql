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
-- is how long the step has been tried since the deployment last came to it, or was held there.
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
      WHERE ended.deployment_id = @deployment_id AND ended.step = @step AND ended.state IN ('succeeded', 'held')
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

-- name: CountQueues :many
-- What each queue holds: those that are named, and all others that workers have worked. Of each state no more than most jobs are counted. The oldest that
-- waits for a worker is told as of now where none waits.
WITH queues AS (
  SELECT named.name::text AS name FROM (SELECT unnest(@queues::text[]) AS name) AS named UNION SELECT worked.name FROM river.river_queue AS worked
)
SELECT queues.name, known.paused_at,
  (SELECT count(*) FROM (
    SELECT 1 FROM river.river_job AS job WHERE job.state = 'running' AND job.queue = queues.name LIMIT sqlc.arg(most)::int
  ) AS counted) AS running,
  (SELECT count(*) FROM (
    SELECT 1 FROM river.river_job AS job WHERE job.state = 'available' AND job.queue = queues.name LIMIT sqlc.arg(most)::int
  ) AS counted) AS available,
  (SELECT count(*) FROM (
    SELECT 1 FROM river.river_job AS job WHERE job.state = 'scheduled' AND job.queue = queues.name LIMIT sqlc.arg(most)::int
  ) AS counted) AS scheduled,
  (SELECT count(*) FROM (
    SELECT 1 FROM river.river_job AS job WHERE job.state = 'retryable' AND job.queue = queues.name LIMIT sqlc.arg(most)::int
  ) AS counted) AS retryable,
  coalesce((
    SELECT job.scheduled_at FROM river.river_job AS job
    WHERE job.state = 'available' AND job.queue = queues.name ORDER BY job.priority, job.scheduled_at LIMIT 1
  ), now())::timestamptz AS oldest_available_at
FROM queues LEFT JOIN river.river_queue AS known ON known.name = queues.name ORDER BY queues.name;

-- name: ListQueueJobs :many
-- One page of the jobs that are not done: by state, queue, and the turn in which workers take them. Each state of each queue is read by its part of one
-- index, from where the page before has ended. The place is that among the jobs of the same state and queue.
WITH states AS (
  SELECT asked.state, array_position(ARRAY['running', 'available', 'retryable', 'scheduled'], asked.state)::int AS rank
  FROM (SELECT unnest(@states::text[]) AS state) AS asked
), queues AS (
  SELECT named.name::text AS name FROM (SELECT unnest(@queues::text[]) AS name) AS named UNION SELECT worked.name FROM river.river_queue AS worked
), page AS MATERIALIZED (
  SELECT states.rank, job.*,
    (row_number() OVER (PARTITION BY states.rank, queues.name ORDER BY job.priority, job.scheduled_at, job.id)
      + CASE WHEN states.rank = @after_rank::int AND queues.name = @after_queue::text THEN @after_place::bigint ELSE 0 END)::bigint AS place
  FROM states
  CROSS JOIN queues
  CROSS JOIN LATERAL (
    SELECT one.id, one.kind, one.queue, one.state, one.priority, one.attempt, one.metadata, one.args, one.errors, one.attempted_by, one.created_at,
      one.scheduled_at, one.attempted_at
    FROM river.river_job AS one
    WHERE one.state = states.state::river.river_job_state AND one.queue = queues.name
      AND (one.priority, one.scheduled_at, one.id) > (
        CASE WHEN states.rank = @after_rank::int AND queues.name = @after_queue::text THEN @after_priority::smallint ELSE 0::smallint END,
        CASE WHEN states.rank = @after_rank::int AND queues.name = @after_queue::text THEN @after_scheduled_at::timestamptz ELSE '-infinity' END,
        CASE WHEN states.rank = @after_rank::int AND queues.name = @after_queue::text THEN @after_id::bigint ELSE 0 END
      )
    ORDER BY one.priority, one.scheduled_at, one.id LIMIT sqlc.arg(max_rows)::int
  ) AS job
  WHERE (@queue::text = '' OR queues.name = @queue::text)
    AND (states.rank > @after_rank::int OR (states.rank = @after_rank::int AND queues.name >= @after_queue::text))
  ORDER BY states.rank, queues.name, job.priority, job.scheduled_at, job.id LIMIT sqlc.arg(max_rows)::int
)
SELECT page.rank, page.place, page.id, page.kind, page.queue, page.state::text AS state, page.priority,
  (page.attempt + coalesce((page.metadata ->> 'zeitwork_tried')::int, 0))::int AS attempt,
  page.created_at, page.scheduled_at, page.attempted_at,
  coalesce(page.attempted_by[array_upper(page.attempted_by, 1)], '')::text AS worker,
  left(coalesce(page.errors[array_upper(page.errors, 1)] ->> 'error', ''), 1000)::text AS last_error,
  coalesce(CASE WHEN page.kind LIKE 'deploy.%' THEN (
    SELECT attempts.waiting_for FROM deployment_steps AS attempts
    WHERE attempts.deployment_id = deployments.id AND attempts.step = deployments.step ORDER BY attempts.attempt DESC LIMIT 1
  ) END, '')::text AS waiting_for,
  deployments.id AS deployment_id, environments.id AS environment_id, projects.id AS project_id, projects.slug AS project_slug,
  organisations.id AS organisation_id, organisations.slug AS organisation_slug
FROM page
LEFT JOIN deployments ON deployments.id = (page.args ->> 'deployment_id')::uuid
LEFT JOIN detections ON detections.id = (page.args ->> 'detection_id')::uuid
LEFT JOIN environments ON environments.id = coalesce(deployments.environment_id, (page.args ->> 'environment_id')::uuid)
LEFT JOIN projects ON projects.id = environments.project_id
LEFT JOIN organisations ON organisations.id = coalesce(projects.organisation_id, detections.organisation_id)
ORDER BY page.rank, page.queue, page.priority, page.scheduled_at, page.id;

-- name: ListRunningBuilds :many
-- What workers build at the moment, at most a thousand of them.
SELECT coalesce(job.attempted_by[array_upper(job.attempted_by, 1)], '')::text AS worker, job.attempted_at, deployments.id AS deployment_id,
  deployments.builder, projects.id AS project_id, projects.slug AS project_slug, organisations.id AS organisation_id, organisations.slug AS organisation_slug
FROM river.river_job AS job
JOIN deployments ON deployments.id = (job.args ->> 'deployment_id')::uuid
JOIN projects ON projects.id = deployments.project_id
JOIN organisations ON organisations.id = projects.organisation_id
WHERE job.state = 'running' AND job.queue = @queue AND job.kind = @kind
ORDER BY job.id LIMIT 1000;

-- name: LockBuilders :exec
-- Makes choices of builders wait for each other until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('zeitwork.builders', 0));

-- name: TakeBuilder :execrows
-- Gives a deployment a place on a builder unless so many others are built there. The builders are locked.
UPDATE deployments SET builder = @builder::text
WHERE deployments.id = @id AND (
  SELECT count(*) FROM river.river_job AS job
  JOIN deployments AS other ON other.id = (job.args ->> 'deployment_id')::uuid
  WHERE job.state = 'running' AND job.queue = @queue AND job.kind = @kind AND other.builder = @builder::text AND other.id <> @id
) < @most::bigint;

-- name: ListLostDeliveries :many
-- What channels are to be told and no job will tell: those of a worker that died where one of a version took over that does not know the job, or that an operator
-- has cancelled.
SELECT lost.id FROM notification_deliveries AS lost
WHERE lost.state = 'pending' AND NOT EXISTS (
  SELECT FROM river.river_job
  WHERE river_job.kind = 'notify' AND river_job.args @> jsonb_build_object('delivery_id', lost.id)
    AND river_job.state IN ('available', 'pending', 'running', 'retryable', 'scheduled')
)
ORDER BY lost.id LIMIT 1000;
