-- name: CreateDomain :one
-- A new domain of a project answers with what its other domains answer with.
INSERT INTO domains (id, project_id, hostname, kind, deployment_id)
SELECT @id::uuid, projects.id, @hostname::text, @kind::text,
  (SELECT other.deployment_id FROM domains AS other WHERE other.project_id = projects.id AND other.kind = 'generated')
FROM projects WHERE projects.id = @project_id AND projects.organisation_id = @organisation_id
RETURNING *;

-- name: ListDomains :many
SELECT * FROM domains
WHERE domains.project_id = @project_id AND EXISTS (SELECT FROM projects WHERE projects.id = @project_id AND projects.organisation_id = @organisation_id)
  AND domains.id > @after AND (@hostname::text = '' OR domains.hostname = @hostname)
ORDER BY domains.id
LIMIT sqlc.arg(max_rows)::int;

-- name: GetDomainOf :one
-- One domain of an organisation.
SELECT domains.*
FROM domains
JOIN projects ON projects.id = domains.project_id
WHERE domains.id = @id AND projects.organisation_id = @organisation_id AND projects.deleted_at IS NULL;

-- name: DeleteDomain :exec
DELETE FROM domains USING projects
WHERE domains.id = @id AND projects.id = domains.project_id AND projects.organisation_id = @organisation_id;

-- name: DeleteDomains :exec
DELETE FROM domains USING projects
WHERE domains.project_id = @project_id AND projects.id = domains.project_id AND projects.organisation_id = @organisation_id;

-- name: ListRoutes :many
-- Every hostname with each healthy VM that answers for it, one row a VM; one row without a VM where there is none.
SELECT domains.hostname, domains.project_id, domains.deployment_id,
  EXISTS (
    SELECT FROM deployments WHERE deployments.project_id = domains.project_id AND deployments.state IN ('queued', 'deploying')
  ) AS deploying,
  vms.id AS vm_id, vms.ip, vms.port, nodes.region
FROM domains
LEFT JOIN vms ON vms.deployment_id = domains.deployment_id AND vms.kind = 'app' AND vms.state = 'healthy' AND vms.desired_state = 'running'
  AND vms.removed_at IS NULL
LEFT JOIN nodes ON nodes.id = vms.node_id
ORDER BY domains.hostname, vms.id;

-- name: ListStartingProjects :many
-- The projects whose first deployment is on the way: nothing answers on their domains yet.
SELECT DISTINCT deployments.project_id
FROM deployments JOIN domains ON domains.project_id = deployments.project_id
WHERE deployments.state IN ('queued', 'deploying') AND domains.deployment_id IS NULL
ORDER BY deployments.project_id;
