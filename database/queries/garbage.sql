-- name: ListProjectsToCollect :many
-- The projects of which the registry may hold what nobody needs, in no order, so that a pass which is cut off does not
-- always leave the same ones out. Most have had a deployment lately. The others have images that could not be taken out
-- by then, or more of them than are kept. All of a project whose deletion can be undone stays.
SELECT id, (deleted_at IS NOT NULL)::boolean AS deleted FROM projects
WHERE kept_until IS NULL AND (deleted_at > now() - interval '7 days'
  OR EXISTS (
    SELECT FROM deployments
    WHERE deployments.project_id = projects.id
      AND greatest(deployments.created_at, deployments.ended_at, deployments.retired_at, deployments.warm_until) > now() - interval '7 days'
  )
  OR EXISTS (
    SELECT FROM images
    WHERE images.project_id = projects.id AND images.repository <> '' AND (images.collected_at IS NOT NULL OR projects.deleted_at IS NOT NULL)
  )
  OR (SELECT count(*) - 1 FROM images WHERE images.project_id = projects.id AND images.collected_at IS NULL) > sqlc.arg(keep_releases)::integer
  OR EXISTS (SELECT FROM environments WHERE environments.project_id = projects.id AND environments.deleted_at > now() - interval '7 days'))
ORDER BY random();

-- name: ProjectIsInUse :one
-- Whether anything of a project still runs, or is to.
SELECT EXISTS (
  SELECT FROM deployments
  WHERE deployments.project_id = $1
    AND (deployments.state IN ('queued', 'deploying', 'live')
      OR EXISTS (SELECT FROM vms WHERE vms.deployment_id = deployments.id AND vms.removed_at IS NULL))
);

-- name: MarkUnneededImages :exec
-- From now on nobody can roll back to these images. A deployment needs its image while it is on its way, live, kept warm
-- or among the last releases of its environment; one whose deletion can be undone needs all of them. The project is locked.
UPDATE images SET collected_at = now()
WHERE images.project_id = @project_id AND images.collected_at IS NULL
  AND NOT EXISTS (SELECT FROM projects WHERE projects.id = @project_id AND projects.kept_until IS NOT NULL)
  AND NOT EXISTS (
    SELECT FROM deployments
    WHERE deployments.project_id = @project_id AND (deployments.image_id = images.id OR deployments.image_digest = images.digest)
      AND (
        deployments.state IN ('queued', 'deploying', 'live')
        OR (deployments.state = 'retired' AND deployments.warm_until > now())
        OR deployments.id IN (
          SELECT releases.id FROM environments CROSS JOIN LATERAL (
            SELECT released.id FROM deployments AS released
            WHERE released.environment_id = environments.id AND released.route_version IS NOT NULL AND released.state <> 'live'
            ORDER BY released.route_version DESC
            LIMIT sqlc.arg(keep_releases)::integer
          ) AS releases
          WHERE environments.project_id = @project_id AND environments.deleted_at IS NULL
        )
      )
  );

-- name: DeleteDomainsOfUnneeded :exec
-- Takes the hostnames of their own from deployments whose image is not kept. Edges learn of it with the next version of the route table: nothing answered
-- on them but a page.
DELETE FROM domains USING deployments, images
WHERE domains.project_id = @project_id AND domains.kind = 'deployment' AND deployments.id = domains.deployment_id
  AND images.id = deployments.image_id AND images.collected_at IS NOT NULL;

-- name: LockMarkedImage :one
-- One image of a project that is marked and still in the registry, in no order: one that cannot be deleted must not keep the others. An image
-- that runs is never taken out, whatever its mark says.
SELECT images.id, images.digest FROM images
WHERE images.project_id = $1 AND images.collected_at IS NOT NULL AND images.repository <> ''
  AND NOT EXISTS (
    SELECT FROM deployments
    WHERE deployments.project_id = $1 AND (deployments.image_id = images.id OR deployments.image_digest = images.digest)
      AND (deployments.state IN ('queued', 'deploying', 'live') OR (deployments.state = 'retired' AND deployments.warm_until > now()))
  )
ORDER BY random() LIMIT 1
FOR NO KEY UPDATE OF images SKIP LOCKED;

-- name: SetImageTakenOut :exec
-- Writes that the image is nowhere in the registry any more.
UPDATE images SET repository = '' WHERE id = $1;

-- name: NoteImage :exec
-- Writes that the registry has an image, whether or not anybody needs it: what is not noted is never taken out.
INSERT INTO images (id, project_id, repository, digest, size_bytes)
VALUES (@id, @project_id, @repository, @digest, 0)
ON CONFLICT (project_id, digest) DO UPDATE SET repository = excluded.repository;

-- name: ListDeploymentsWithoutImage :many
-- Those of the deployments that have ended without a word of an image: if the registry has one of them, its build was cut off.
SELECT id FROM deployments
WHERE project_id = @project_id AND id = ANY(@ids::uuid[]) AND image_digest IS NULL AND state NOT IN ('queued', 'deploying');

-- name: KeepImage :exec
-- Takes the mark of an image back, since a deployment needs it. The project is locked.
UPDATE images SET collected_at = NULL WHERE project_id = @project_id AND digest = @digest;

-- name: ImageIsKept :one
-- Whether the registry has the image and keeps it. The project is locked.
SELECT (collected_at IS NULL)::boolean AS kept FROM images WHERE id = $1;

-- name: CommitIsNeeded :one
-- Whether the source of a commit is kept: that of a deployment on its way, or of one of the newest. While a deployment is being cloned
-- nobody knows which source that puts into the registry, so that every one is kept.
SELECT (EXISTS (
  SELECT FROM deployments
  WHERE deployments.project_id = @project_id AND deployments.state IN ('queued', 'deploying')
    AND (deployments.step = 'clone' OR deployments.commit_sha = @commit_sha::text)
) OR @commit_sha::text IN (
  SELECT newest.commit_sha FROM deployments AS newest
  WHERE newest.project_id = @project_id AND newest.commit_sha IS NOT NULL
  ORDER BY newest.id DESC LIMIT sqlc.arg(keep_releases)::integer
))::boolean AS needed;

-- name: DeleteOldBuildLogs :one
-- Looks at the lines behind the one with that id, in the order in which they were stored, and deletes those that are
-- older than the retention. Lines of deployments on their way stay.
WITH batch AS (
  SELECT build_logs.id, build_logs.deployment_id, build_logs.logged_at < now() - sqlc.arg(retention)::interval AS old
  FROM build_logs WHERE build_logs.id > @after ORDER BY build_logs.id LIMIT 10000
), deleted AS (
  DELETE FROM build_logs USING batch, deployments
  WHERE build_logs.id = batch.id AND batch.old
    AND deployments.id = batch.deployment_id AND deployments.state NOT IN ('queued', 'deploying')
  RETURNING build_logs.deployment_id, build_logs.number
), runs AS (
  DELETE FROM build_log_runs USING (SELECT deleted.deployment_id, max(deleted.number) AS number FROM deleted GROUP BY deleted.deployment_id) AS gone
  WHERE build_log_runs.deployment_id = gone.deployment_id AND build_log_runs.last_line <= gone.number
)
SELECT coalesce(max(batch.id), 0)::bigint AS last, count(*) FILTER (WHERE batch.old) AS old, (SELECT count(*) FROM deleted) AS deleted
FROM batch;

-- name: DeleteOldRuntimeLogs :one
-- As DeleteOldBuildLogs. The newest line of a VM that is still there stays: it tells the node which lines have come.
WITH batch AS (
  SELECT runtime_logs.id, runtime_logs.vm_id, runtime_logs.logged_at < now() - sqlc.arg(retention)::interval AS old
  FROM runtime_logs WHERE runtime_logs.id > @after ORDER BY runtime_logs.id LIMIT 10000
), newest AS MATERIALIZED (
  SELECT vms.id AS vm_id, (SELECT max(line.sequence) FROM runtime_logs AS line WHERE line.vm_id = vms.id) AS sequence
  FROM vms WHERE vms.removed_at IS NULL AND vms.id IN (SELECT batch.vm_id FROM batch)
), deleted AS (
  DELETE FROM runtime_logs USING batch
  WHERE runtime_logs.id = batch.id AND batch.old
    AND NOT EXISTS (SELECT FROM newest WHERE newest.vm_id = runtime_logs.vm_id AND newest.sequence = runtime_logs.sequence)
  RETURNING runtime_logs.id
)
SELECT coalesce(max(batch.id), 0)::bigint AS last, count(*) FILTER (WHERE batch.old) AS old, (SELECT count(*) FROM deleted) AS deleted
FROM batch;

-- name: ListOverlongBuildLogs :many
-- The deployments that have ended and have more lines than are kept, and how many too many. Lines are counted where the numbers of the first and the last one are
-- that far apart, and where one is older than numbers: without a number it comes last, and backwards first.
SELECT deployments.id AS deployment_id, (counted.lines - @keep_lines::bigint)::bigint AS surplus
FROM deployments
CROSS JOIN LATERAL (
  SELECT oldest.number FROM build_logs AS oldest WHERE oldest.deployment_id = deployments.id ORDER BY oldest.deployment_id, oldest.number LIMIT 1
) AS first
CROSS JOIN LATERAL (
  SELECT newest.number FROM build_logs AS newest WHERE newest.deployment_id = deployments.id ORDER BY newest.deployment_id DESC, newest.number DESC LIMIT 1
) AS last
CROSS JOIN LATERAL (
  SELECT count(*) AS lines FROM build_logs
  WHERE build_logs.deployment_id = deployments.id AND coalesce(last.number - first.number >= @keep_lines::bigint, true)
) AS counted
WHERE deployments.state NOT IN ('queued', 'deploying') AND counted.lines > @keep_lines::bigint;

-- name: ListOverlongRuntimeLogs :many
-- The deployments whose VMs have written more lines than are kept, and how many too many. Sequences rise by one with each line of a VM, some of which may never
-- have been stored: lines are counted where they allow for so many.
WITH logged AS (
  SELECT vms.deployment_id
  FROM vms
  CROSS JOIN LATERAL (
    SELECT oldest.sequence FROM runtime_logs AS oldest WHERE oldest.vm_id = vms.id ORDER BY oldest.vm_id, oldest.sequence LIMIT 1
  ) AS first
  CROSS JOIN LATERAL (
    SELECT newest.sequence FROM runtime_logs AS newest WHERE newest.vm_id = vms.id ORDER BY newest.vm_id DESC, newest.sequence DESC LIMIT 1
  ) AS last
  GROUP BY vms.deployment_id
  HAVING sum(last.sequence - first.sequence + 1) > @keep_lines::bigint
)
SELECT logged.deployment_id, (counted.lines - @keep_lines::bigint)::bigint AS surplus
FROM logged
CROSS JOIN LATERAL (SELECT count(*) AS lines FROM runtime_logs WHERE runtime_logs.deployment_id = logged.deployment_id) AS counted
WHERE counted.lines > @keep_lines::bigint;

-- name: DeleteOldestBuildLogs :execrows
-- Deletes that many of the oldest lines of a deployment, but no more than a batch. Its groups keep where those lines stood.
DELETE FROM build_logs
WHERE build_logs.id = ANY (ARRAY(
  SELECT oldest.id FROM build_logs AS oldest
  WHERE oldest.deployment_id = @deployment_id
  ORDER BY oldest.id LIMIT least(10000, sqlc.arg(surplus)::bigint)
));

-- name: DeleteOldestRuntimeLogs :execrows
-- As DeleteOldestBuildLogs; the newest line of a VM that is still there stays.
WITH batch AS MATERIALIZED (
  SELECT oldest.id, oldest.vm_id, oldest.sequence FROM runtime_logs AS oldest
  WHERE oldest.deployment_id = @deployment_id
  ORDER BY oldest.id LIMIT least(10000, sqlc.arg(surplus)::bigint)
), newest AS MATERIALIZED (
  SELECT vms.id AS vm_id, (SELECT max(line.sequence) FROM runtime_logs AS line WHERE line.vm_id = vms.id) AS sequence
  FROM vms WHERE vms.removed_at IS NULL AND vms.id IN (SELECT batch.vm_id FROM batch)
)
DELETE FROM runtime_logs
WHERE runtime_logs.id = ANY (ARRAY(
  SELECT batch.id FROM batch
  WHERE NOT EXISTS (SELECT FROM newest WHERE newest.vm_id = batch.vm_id AND newest.sequence = batch.sequence)
));

-- name: DeleteExpiredIdempotencyKeys :execrows
DELETE FROM idempotency_keys WHERE created_at < now() - interval '1 day';

-- name: MarkForgottenVMs :execrows
-- Has reconcile look at deployments that have ended and whose VMs are to run all the same. reconcile itself looks at what is marked only:
-- it runs every few seconds.
UPDATE deployments SET warm_until = now()
WHERE deployments.state IN ('retired', 'failed', 'cancelled', 'superseded') AND deployments.warm_until IS NULL
  AND deployments.id IN (SELECT vms.deployment_id FROM vms WHERE vms.removed_at IS NULL AND vms.desired_state <> 'stopped');

-- name: DeleteStaleClaims :many
-- Claims that were not proven in their time. It stands still for those of deleted projects whose deletion can be undone.
WITH stale AS (
  DELETE FROM domains WHERE domains.kind = 'custom' AND domains.verified_at IS NULL AND domains.claimed_at < now() - @lasts::interval
    AND domains.kept_since IS NULL
  RETURNING domains.id, domains.hostname, domains.project_id
)
SELECT stale.id, stale.hostname, projects.organisation_id FROM stale JOIN projects ON projects.id = stale.project_id;

-- name: DeleteReleasedHostnames :execrows
DELETE FROM released_hostnames WHERE released_at < now() - interval '90 days';

-- name: ListOverlongRequestLogs :many
-- The projects of which more requests were stored than are kept, each with the newest one that is too many. Every request that is stored, whosever it is, has a greater
-- number than those before: a project whose last one is not that far from its first has no more. Of the other projects an index is read as far as requests are kept.
SELECT projects.id AS project_id, surplus.at, surplus.id
FROM projects
CROSS JOIN LATERAL (
  SELECT
    (SELECT oldest.number FROM request_logs AS oldest WHERE oldest.project_id = projects.id ORDER BY oldest.number LIMIT 1) AS first_number,
    (SELECT newest.number FROM request_logs AS newest WHERE newest.project_id = projects.id ORDER BY newest.number DESC LIMIT 1) AS last_number
) AS extent
CROSS JOIN LATERAL (
  SELECT kept.at, kept.id FROM request_logs AS kept
  WHERE kept.project_id = projects.id AND extent.last_number - extent.first_number >= @keep_rows::bigint
  ORDER BY kept.at DESC, kept.id DESC OFFSET @keep_rows::bigint LIMIT 1
) AS surplus;

-- name: DeleteOldestRequestLogs :execrows
-- Deletes the oldest requests of a project, up to one of them, but no more than a batch.
WITH batch AS MATERIALIZED (
  SELECT oldest.at, oldest.id FROM request_logs AS oldest
  WHERE oldest.project_id = @project_id AND oldest.at <= @at::timestamptz AND (oldest.at, oldest.id) <= (@at::timestamptz, @id::uuid)
  ORDER BY oldest.at, oldest.id LIMIT 10000
), youngest AS MATERIALIZED (
  SELECT batch.at, batch.id FROM batch ORDER BY batch.at DESC, batch.id DESC LIMIT 1
)
DELETE FROM request_logs
WHERE request_logs.project_id = @project_id AND request_logs.at <= (SELECT youngest.at FROM youngest)
  AND (request_logs.at, request_logs.id) <= (SELECT youngest.at, youngest.id FROM youngest);

-- name: ListForgottenRequestLogs :many
-- The projects that keep no requests and have some left from before.
SELECT projects.id, projects.organisation_id FROM projects
WHERE NOT projects.record_requests AND EXISTS (SELECT FROM request_logs WHERE request_logs.project_id = projects.id);
