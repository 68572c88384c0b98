-- name: CreateDomain :one
-- A new domain of an environment answers with what its other domains answer with.
INSERT INTO domains (id, project_id, environment_id, hostname, kind, deployment_id)
SELECT @id::uuid, projects.id, @environment_id::uuid, @hostname::text, @kind::text,
  (SELECT other.deployment_id FROM domains AS other WHERE other.environment_id = @environment_id AND other.kind = 'generated')
FROM projects WHERE projects.id = @project_id AND projects.organisation_id = @organisation_id
RETURNING *;

-- name: ListDomains :many
-- Without those of single deployments.
SELECT * FROM domains
WHERE domains.project_id = @project_id AND EXISTS (SELECT FROM projects WHERE projects.id = @project_id AND projects.organisation_id = @organisation_id)
  AND domains.id > @after AND (@hostname::text = '' OR domains.hostname = @hostname) AND domains.kind <> 'deployment'
  AND (sqlc.narg(environment_id)::uuid IS NULL OR domains.environment_id = sqlc.narg(environment_id))
ORDER BY domains.id
LIMIT sqlc.arg(max_rows)::int;

-- name: GetDomainOf :one
-- One domain of an organisation.
SELECT domains.*
FROM domains
JOIN projects ON projects.id = domains.project_id
WHERE domains.id = @id AND domains.kind <> 'deployment' AND projects.organisation_id = @organisation_id AND projects.deleted_at IS NULL;

-- name: DeleteDomain :exec
DELETE FROM domains USING projects
WHERE domains.id = @id AND projects.id = domains.project_id AND projects.organisation_id = @organisation_id;

-- name: DeleteDomains :exec
DELETE FROM domains USING projects
WHERE domains.project_id = @project_id AND projects.id = domains.project_id AND projects.organisation_id = @organisation_id;

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
