-- name: CreateDomain :one
-- A new domain of an environment answers with what its other domains answer with.
INSERT INTO domains (id, project_id, environment_id, hostname, kind, deployment_id)
VALUES (
  @id, @project_id, @environment_id, @hostname, @kind,
  (SELECT other.deployment_id FROM domains AS other WHERE other.environment_id = @environment_id AND other.kind = 'generated')
)
RETURNING *;

-- name: ListDomains :many
-- Without those of single deployments.
SELECT * FROM domains
WHERE project_id = @project_id AND id > @after AND (@hostname::text = '' OR hostname = @hostname) AND kind <> 'deployment'
  AND (sqlc.narg(environment_id)::uuid IS NULL OR environment_id = sqlc.narg(environment_id))
ORDER BY id
LIMIT sqlc.arg(max_rows)::int;

-- name: GetDomainOf :one
-- One domain with its project's organisation, as a member sees it; no row for others.
SELECT sqlc.embed(domains), projects.organisation_id
FROM domains
JOIN projects ON projects.id = domains.project_id
JOIN organisation_members ON organisation_members.organisation_id = projects.organisation_id
WHERE domains.id = @id AND domains.kind <> 'deployment' AND organisation_members.user_id = @user_id AND projects.deleted_at IS NULL;

-- name: DeleteDomain :exec
DELETE FROM domains WHERE id = $1;

-- name: DeleteDomains :exec
DELETE FROM domains WHERE project_id = $1;

-- name: CreateDeploymentDomain :exec
-- Gives a deployment a hostname of its own, beside the generated one of its project's production: label is its first label. A deployment whose label is
-- taken has none.
INSERT INTO domains (id, project_id, environment_id, hostname, kind, deployment_id)
SELECT @id::uuid, deployments.project_id, deployments.environment_id, @label::text || substr(domains.hostname, strpos(domains.hostname, '.')), 'deployment',
  deployments.id
FROM deployments JOIN domains ON domains.environment_id = deployments.project_id AND domains.kind = 'generated'
WHERE deployments.id = @deployment_id
ON CONFLICT DO NOTHING;

-- name: ListRoutes :many
-- Every hostname with each healthy VM that answers for it, one row a VM; one row without a VM where there is none. The hostname of a deployment that
-- is not live any more sleeps where it has none.
SELECT domains.hostname, domains.project_id, domains.deployment_id,
  EXISTS (
    SELECT FROM deployments WHERE deployments.environment_id = domains.environment_id AND deployments.state IN ('queued', 'deploying')
  ) AS deploying,
  (domains.kind = 'deployment' AND NOT EXISTS (
    SELECT FROM deployments AS live WHERE live.id = domains.deployment_id AND live.state = 'live'
  ))::boolean AS retired,
  vms.id AS vm_id, vms.ip, vms.port, nodes.region
FROM domains
LEFT JOIN vms ON vms.deployment_id = domains.deployment_id AND vms.kind = 'app' AND vms.state = 'healthy' AND vms.desired_state = 'running'
  AND vms.removed_at IS NULL
LEFT JOIN nodes ON nodes.id = vms.node_id
ORDER BY domains.hostname, vms.id;

-- name: ListStartingEnvironments :many
-- The environments whose first deployment is on the way: nothing is live there, and so nothing answers on their domains yet.
SELECT DISTINCT deployments.environment_id FROM deployments
WHERE deployments.state IN ('queued', 'deploying')
  AND NOT EXISTS (SELECT FROM deployments AS live WHERE live.environment_id = deployments.environment_id AND live.state = 'live')
ORDER BY deployments.environment_id;

-- name: DeleteDomainsOf :exec
-- Deletes the domains of an environment.
DELETE FROM domains WHERE environment_id = $1;
