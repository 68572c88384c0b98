-- What the queries ask of River's jobs, besides river.sql. Migrate makes these views behind River's own tables.

-- The jobs that still have something to do, with the deployment that they are for.
CREATE OR REPLACE VIEW unfinished_jobs AS
SELECT river_job.id, river_job.kind, (river_job.args ->> 'deployment_id')::uuid AS deployment_id
FROM river.river_job
WHERE river_job.state IN ('available', 'pending', 'running', 'retryable', 'scheduled');

-- The jobs that wait for a worker, in the order in which workers take them: by priority, scheduled_at and id.
CREATE OR REPLACE VIEW queued_jobs AS
SELECT river_job.id, river_job.kind, river_job.queue, river_job.priority, river_job.scheduled_at, (river_job.args ->> 'deployment_id')::uuid AS deployment_id
FROM river.river_job
WHERE river_job.state = 'available';
