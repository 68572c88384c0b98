-- name: CreateDomain :one
-- A new domain of a project answers with what its other domains answer with.
INSERT INTO domains (id, project_id, hostname, kind, deployment_id)
VALUES (
  @id, @project_id, @hostname, @kind,
  (SELECT other.deployment_id FROM domains AS other WHERE other.project_id = @project_id AND other.kind = 'generated')
)
RETURNING *;

-- name: ListDomains :many
SELECT * FROM domains
WHERE project_id = @project_id AND id > @after AND (@hostname::text = '' OR hostname = @hostname)
ORDER BY id
LIMIT sqlc.arg(max_rows)::int;

-- name: GetDomainOf :one
-- One domain with its project's organisation, as a member sees it; no row for others.
SELECT sqlc.embed(domains), projects.organisation_id
FROM domains
JOIN projects ON projects.id = domains.project_id
JOIN organisation_members ON organisation_members.organisation_id = projects.organisation_id
WHERE domains.id = @id AND organisation_members.user_id = @user_id AND projects.deleted_at IS NULL;

-- name: DeleteDomain :exec
DELETE FROM domains WHERE id = $1;

-- name: DeleteDomains :exec
DELETE FROM domains WHERE project_id = $1;

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
