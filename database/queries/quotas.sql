-- What organisations may use at most, and what they use. Who checks a limit locks the quotas of the organisation first, in a statement of its own: the next one sees
-- what others have committed.

-- name: LockQuotas :exec
-- Has transactions that use more of what an organisation may use take turns.
SELECT pg_advisory_xact_lock(hashtextextended('zeitwork.quotas:' || @organisation_id::uuid, 0));

-- name: LockPlatformQuotas :exec
-- Has those that set quotas take turns.
SELECT pg_advisory_xact_lock(hashtextextended('zeitwork.set_quotas', 0));

-- name: GetQuotas :one
-- The numbers that an operator has set for an organisation; no row where none has.
SELECT * FROM quotas WHERE organisation_id = @organisation_id;

-- name: GetPlatformQuotas :one
-- The numbers that an operator has set for all organisations that have none of their own; no row where none has.
SELECT * FROM quotas WHERE organisation_id IS NULL;

-- name: SetQuotas :exec
-- Sets all numbers of an organisation. Null: the platform's holds.
INSERT INTO quotas (
  id, organisation_id, builds, projects, domains, instances, cpu_millis, memory_bytes, log_bytes_per_minute, requests_per_minute
) VALUES (
  @id, @organisation_id::uuid, @builds, @projects, @domains, @instances, @cpu_millis, @memory_bytes, @log_bytes_per_minute, @requests_per_minute
) ON CONFLICT (organisation_id) DO UPDATE SET
  builds = excluded.builds, projects = excluded.projects, domains = excluded.domains, instances = excluded.instances, cpu_millis = excluded.cpu_millis,
  memory_bytes = excluded.memory_bytes, log_bytes_per_minute = excluded.log_bytes_per_minute, requests_per_minute = excluded.requests_per_minute,
  updated_at = now();

-- name: SetPlatformQuotas :one
-- Sets all numbers for organisations that have none of their own, and returns the id of the row. Null: the one of platform_limits holds.
INSERT INTO quotas (
  id, builds, projects, domains, instances, cpu_millis, memory_bytes, log_bytes_per_minute, requests_per_minute
) VALUES (
  @id, @builds, @projects, @domains, @instances, @cpu_millis, @memory_bytes, @log_bytes_per_minute, @requests_per_minute
) ON CONFLICT ((organisation_id IS NULL)) WHERE organisation_id IS NULL DO UPDATE SET
  builds = excluded.builds, projects = excluded.projects, domains = excluded.domains, instances = excluded.instances, cpu_millis = excluded.cpu_millis,
  memory_bytes = excluded.memory_bytes, log_bytes_per_minute = excluded.log_bytes_per_minute, requests_per_minute = excluded.requests_per_minute,
  updated_at = now()
RETURNING id;

-- name: GetPlatformLimits :one
-- What organisations may use at most that have no numbers of their own.
SELECT builds::integer, projects::integer, domains::integer, instances::integer, cpu_millis::bigint, memory_bytes::bigint, log_bytes_per_minute::bigint,
  requests_per_minute::integer
FROM platform_limits;

-- name: GetLimits :one
-- What an organisation may use at most.
SELECT builds::integer, projects::integer, domains::integer, instances::integer, cpu_millis::bigint, memory_bytes::bigint, log_bytes_per_minute::bigint,
  requests_per_minute::integer
FROM organisation_limits WHERE organisation_limits.organisation_id = @organisation_id;

-- name: CountDomains :one
-- How many custom domains an organisation has.
SELECT count(*) FROM projects JOIN domains ON domains.project_id = projects.id
WHERE projects.organisation_id = @organisation_id AND projects.deleted_at IS NULL AND domains.kind = 'custom';

-- name: CountDomainsOf :one
-- How many custom domains a project of an organisation has, also one that is deleted.
SELECT count(*) FROM projects JOIN domains ON domains.project_id = projects.id
WHERE projects.id = @project_id AND projects.organisation_id = @organisation_id AND domains.kind = 'custom';

-- name: CountBuilds :one
-- How many deployments of an organisation are fetched, built and pushed now.
SELECT count(*) FROM deployments AS building JOIN projects ON projects.id = building.project_id
WHERE projects.organisation_id = @organisation_id AND building.state IN ('queued', 'deploying')
  AND building.step IN ('clone', 'detect', 'build', 'push') AND building.awaits_build_since IS NULL;

-- name: SumInstances :one
-- What the environments of an organisation hold, all of them and one of them. An environment holds what the VMs of its largest deployment are allotted that is live
-- or on its way; a VM that is about to take another one's place counts with it as one. Production holds at least what its project asks for, once it is live.
WITH held AS MATERIALIZED (
  SELECT deployments.environment_id, deployments.state = 'live' AS live, projects.id = deployments.environment_id AS production,
    projects.instances AS asked, projects.cpu_millis AS asked_cpu_millis, projects.memory_bytes AS asked_memory_bytes,
    allotted.instances, allotted.cpu_millis, allotted.memory_bytes
  FROM projects
  JOIN environments ON environments.project_id = projects.id AND environments.deleted_at IS NULL
  JOIN deployments ON deployments.environment_id = environments.id AND deployments.state IN ('queued', 'deploying', 'live')
  CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE vms.kind = 'app') AS instances, coalesce(sum(vms.cpu_millis), 0) AS cpu_millis, coalesce(sum(vms.memory_bytes), 0) AS memory_bytes
    FROM vms
    WHERE vms.deployment_id = deployments.id AND vms.removed_at IS NULL AND vms.desired_state = 'running'
      AND NOT (vms.kind = 'release' AND vms.exit_code IS NOT NULL)
      AND NOT EXISTS (SELECT FROM vms AS replaced WHERE replaced.id = vms.replaces_id AND replaced.desired_state = 'running' AND replaced.removed_at IS NULL)
  ) AS allotted
  WHERE projects.organisation_id = @organisation_id AND projects.deleted_at IS NULL
), by_environment AS (
  SELECT held.environment_id,
    max(greatest(held.instances, CASE WHEN held.live AND held.production THEN held.asked ELSE 0 END)) AS instances,
    max(greatest(held.cpu_millis, CASE WHEN held.live AND held.production THEN held.asked::bigint * held.asked_cpu_millis ELSE 0 END)) AS cpu_millis,
    max(greatest(held.memory_bytes, CASE WHEN held.live AND held.production THEN held.asked * held.asked_memory_bytes ELSE 0 END)) AS memory_bytes
  FROM held GROUP BY held.environment_id
)
SELECT coalesce(sum(instances), 0)::bigint AS instances, coalesce(sum(cpu_millis), 0)::bigint AS cpu_millis, coalesce(sum(memory_bytes), 0)::bigint AS memory_bytes,
  coalesce(sum(instances) FILTER (WHERE environment_id = @environment_id::uuid), 0)::bigint AS own_instances,
  coalesce(sum(cpu_millis) FILTER (WHERE environment_id = @environment_id::uuid), 0)::bigint AS own_cpu_millis,
  coalesce(sum(memory_bytes) FILTER (WHERE environment_id = @environment_id::uuid), 0)::bigint AS own_memory_bytes
FROM by_environment;

-- name: AwaitQuota :exec
-- Leaves the deployment at its step without a job until its organisation has as much left as it needs.
UPDATE deployments SET awaits_quota_since = coalesce(awaits_quota_since, now()) WHERE id = @id;

-- name: ListDeploymentsAwaitingQuota :many
-- The deployments that wait for that, of each organisation those first that have waited longest: fifty at most, so that those of one keep no others out.
WITH waiting AS (
  SELECT deployments.id, row_number() OVER (
    PARTITION BY projects.organisation_id ORDER BY deployments.awaits_quota_since, deployments.id
  ) AS place
  FROM deployments JOIN projects ON projects.id = deployments.project_id
  WHERE deployments.awaits_quota_since IS NOT NULL AND deployments.state = 'deploying'
    AND NOT EXISTS (SELECT FROM unfinished_jobs WHERE unfinished_jobs.deployment_id = deployments.id AND unfinished_jobs.kind LIKE 'deploy.%')
)
SELECT sqlc.embed(deployments), sqlc.embed(projects)
FROM waiting JOIN deployments ON deployments.id = waiting.id JOIN projects ON projects.id = deployments.project_id
WHERE waiting.place <= 50
ORDER BY deployments.awaits_quota_since, deployments.id;

-- name: LockLogBytes :many
-- Locks the buckets of what the apps of organisations log, and returns how many of so many bytes there is room for in each, with how many they may log in a minute.
-- Where share is 4 there is room only while the bucket is less than a quarter full. Everybody locks buckets in the order of their keys, so that nobody waits in a
-- circle. Transactions that began earlier do not turn the time of a bucket back.
WITH asked AS MATERIALIZED (
  SELECT named.organisation_id, named.bytes, organisation_limits.log_bytes_per_minute::bigint AS allowed
  FROM (SELECT unnest(@organisation_ids::uuid[]) AS organisation_id, unnest(@bytes::bigint[]) AS bytes) AS named
  JOIN organisation_limits ON organisation_limits.organisation_id = named.organisation_id
), buckets AS MATERIALIZED (
  INSERT INTO log_uses (organisation_id, level_bytes, level_at, minute, minute_bytes)
  SELECT asked.organisation_id, 0, now(), date_trunc('minute', now()), 0 FROM asked ORDER BY asked.organisation_id
  ON CONFLICT (organisation_id) DO UPDATE SET
    level_bytes = greatest(log_uses.level_bytes
      - greatest(extract(epoch FROM now() - log_uses.level_at), 0)
      * (SELECT asked.allowed FROM asked WHERE asked.organisation_id = log_uses.organisation_id) / 60, 0)::bigint,
    level_at = greatest(log_uses.level_at, now()),
    minute = excluded.minute,
    minute_bytes = CASE WHEN log_uses.minute = excluded.minute THEN log_uses.minute_bytes ELSE 0 END
  RETURNING organisation_id, level_bytes
)
SELECT asked.organisation_id::uuid AS organisation_id,
  greatest(least(asked.bytes, asked.allowed / (6 * @share::bigint) - buckets.level_bytes), 0)::bigint AS taken, asked.allowed::bigint AS allowed
FROM asked JOIN buckets ON buckets.organisation_id = asked.organisation_id;

-- name: AddLogBytes :exec
-- Adds to the buckets of organisations, which the transaction has locked.
UPDATE log_uses SET level_bytes = level_bytes + added.bytes, minute_bytes = minute_bytes + added.bytes
FROM (SELECT unnest(@organisation_ids::uuid[]) AS organisation_id, unnest(@bytes::bigint[]) AS bytes) AS added
WHERE log_uses.organisation_id = added.organisation_id;

-- name: CountLogBytes :one
-- How many bytes of what the apps of an organisation have logged in this minute were stored; no row where none were.
SELECT minute_bytes FROM log_uses WHERE organisation_id = @organisation_id AND minute = date_trunc('minute', now());

-- name: GetLogDrops :one
-- The lines of a VM that were dropped, and whether the log has told in this minute that lines were; no row where none were. The log is locked.
SELECT lines, sequence, (told_at >= date_trunc('minute', now()))::boolean AS told FROM log_drops WHERE vm_id = @vm_id;

-- name: SetLogDrops :exec
-- Tells: the log has just told, of all lines but these.
INSERT INTO log_drops (vm_id, lines, sequence, told_at) VALUES (@vm_id, @lines, @sequence, now())
ON CONFLICT (vm_id) DO UPDATE SET lines = excluded.lines, sequence = excluded.sequence,
  told_at = CASE WHEN @tells::boolean THEN excluded.told_at ELSE log_drops.told_at END;
