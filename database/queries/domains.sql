-- name: CreateDomain :one
-- A new generated domain of an environment answers with what its other domains answer with. A custom one is a claim, on which nothing answers.
INSERT INTO domains (id, project_id, environment_id, hostname, kind, deployment_id, verification_token, redirect_to_id)
SELECT @id::uuid, projects.id, @environment_id::uuid, @hostname::text, @kind::text,
  (SELECT other.deployment_id FROM domains AS other WHERE other.environment_id = @environment_id AND other.kind = 'generated'),
  sqlc.narg(verification_token)::text, sqlc.narg(redirect_to_id)::uuid
FROM projects WHERE projects.id = @project_id AND projects.organisation_id = @organisation_id
RETURNING *;

-- name: ListDomains :many
-- Without those of single deployments. The generated domain of the project's production says where the platform's hostnames are.
SELECT sqlc.embed(domains), coalesce(target.hostname, '')::text AS redirect_to,
  coalesce((SELECT own.hostname FROM domains AS own WHERE own.environment_id = domains.project_id AND own.kind = 'generated'), '')::text AS generated,
  certificates.source AS certificate_source, certificates.state AS certificate_state, certificates.problem AS certificate_problem,
  certificates.not_after AS certificate_not_after
FROM domains LEFT JOIN domains AS target ON target.id = domains.redirect_to_id LEFT JOIN certificates ON certificates.domain_id = domains.id
WHERE domains.project_id = @project_id AND EXISTS (SELECT FROM projects WHERE projects.id = @project_id AND projects.organisation_id = @organisation_id)
  AND domains.id > @after AND (@hostname::text = '' OR domains.hostname = @hostname) AND domains.kind <> 'deployment'
  AND (sqlc.narg(environment_id)::uuid IS NULL OR domains.environment_id = sqlc.narg(environment_id))
ORDER BY domains.id
LIMIT sqlc.arg(max_rows)::int;

-- name: GetDomainOf :one
-- One domain of an organisation, as ListDomains has it.
SELECT sqlc.embed(domains), coalesce(target.hostname, '')::text AS redirect_to,
  coalesce((SELECT own.hostname FROM domains AS own WHERE own.environment_id = domains.project_id AND own.kind = 'generated'), '')::text AS generated,
  certificates.source AS certificate_source, certificates.state AS certificate_state, certificates.problem AS certificate_problem,
  certificates.not_after AS certificate_not_after
FROM domains
JOIN projects ON projects.id = domains.project_id
LEFT JOIN domains AS target ON target.id = domains.redirect_to_id
LEFT JOIN certificates ON certificates.domain_id = domains.id
WHERE domains.id = @id AND domains.kind <> 'deployment' AND projects.organisation_id = @organisation_id AND projects.deleted_at IS NULL;

-- name: FindDomainOf :one
-- The domain of an environment with that hostname, and whether it sends visitors on itself.
SELECT domains.* FROM domains JOIN projects ON projects.id = domains.project_id
WHERE domains.project_id = @project_id AND domains.environment_id = @environment_id AND domains.hostname = @hostname AND domains.kind <> 'deployment'
  AND projects.organisation_id = @organisation_id;

-- name: DomainIsRedirectedTo :one
SELECT EXISTS (
  SELECT FROM domains AS source JOIN projects ON projects.id = source.project_id
  WHERE source.redirect_to_id = @id::uuid AND projects.organisation_id = @organisation_id
);

-- name: SetDomainRedirect :exec
UPDATE domains SET redirect_to_id = sqlc.narg(redirect_to_id)::uuid
FROM projects WHERE domains.id = @id AND domains.kind = 'custom' AND projects.id = domains.project_id AND projects.organisation_id = @organisation_id;

-- name: SetDomainHTTPS :exec
UPDATE domains SET https = coalesce(sqlc.narg(https)::text, https), hsts_seconds = coalesce(sqlc.narg(hsts_seconds)::int, hsts_seconds)
FROM projects WHERE domains.id = @id AND projects.id = domains.project_id AND projects.organisation_id = @organisation_id;

-- name: CountClaims :one
-- How many hostnames an organisation claims without a proof.
SELECT count(*) FROM domains JOIN projects ON projects.id = domains.project_id
WHERE projects.organisation_id = @organisation_id AND projects.deleted_at IS NULL AND domains.kind = 'custom' AND domains.verified_at IS NULL;

-- name: DeleteDomain :exec
DELETE FROM domains USING projects
WHERE domains.id = @id AND projects.id = domains.project_id AND projects.organisation_id = @organisation_id;

-- name: KeepDomains :exec
-- Takes the domains of a project that is being deleted out of the route table, and keeps them until that cannot be undone any more.
UPDATE domains SET kept_since = now() WHERE project_id = $1;

-- name: DeleteDomains :exec
-- Deletes the domains of a project that is deleted for good.
DELETE FROM domains WHERE project_id = $1;

-- name: LoseKeptDomains :many
-- Makes claims of the kept domains of a project whose hostnames another project has by now. A trigger gives each another token.
UPDATE domains SET verified_at = NULL, deployment_id = NULL, verification_token = NULL, claimed_at = now(), next_check_at = now(),
  check_message = @check_message::text, failing_since = NULL
WHERE domains.project_id = @project_id AND domains.kind = 'custom' AND domains.verified_at IS NOT NULL AND domains.kept_since IS NOT NULL
  AND EXISTS (
    SELECT FROM domains AS other WHERE other.hostname = domains.hostname AND other.kept_since IS NULL AND (other.kind <> 'custom' OR other.verified_at IS NOT NULL)
  )
RETURNING domains.hostname;

-- name: DropTakenDeploymentDomains :exec
-- Deletes the kept hostnames of a project's single deployments that others have by now.
DELETE FROM domains USING domains AS other
WHERE domains.project_id = $1 AND domains.kind = 'deployment' AND domains.kept_since IS NOT NULL
  AND other.hostname = domains.hostname AND other.kept_since IS NULL AND (other.kind <> 'custom' OR other.verified_at IS NOT NULL);

-- name: ReturnDomains :exec
-- Gives a project that was restored its domains back. The DNS is asked at once whether they still are the project's; a claim gets the time back that passed
-- while it was kept.
UPDATE domains SET kept_since = NULL, claimed_at = domains.claimed_at + (now() - domains.kept_since), next_check_at = now() WHERE project_id = $1;

-- name: ListKeptGenerated :many
-- The kept generated domains of a project, each with its environment.
SELECT sqlc.embed(domains), sqlc.embed(environments)
FROM domains JOIN environments ON environments.id = domains.environment_id
WHERE domains.project_id = $1 AND domains.kind = 'generated' AND domains.kept_since IS NOT NULL
ORDER BY environments.id;

-- name: RenameDomain :exec
UPDATE domains SET hostname = @hostname WHERE id = @id;

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
-- is not live any more sleeps where it has none. That of an environment that sleeps wakes with a request, which waits until a VM is healthy. previous is the
-- own hostname of the deployment that was live in the environment before, while its VMs are kept warm. A hostname that is only claimed is not
-- among them, and none that is kept for a deleted project.
SELECT domains.hostname, domains.project_id, domains.deployment_id, domains.https, domains.hsts_seconds,
  coalesce(CASE WHEN domains.redirect_to_id IS NOT NULL THEN (
    SELECT target.hostname FROM domains AS target
    WHERE target.id = domains.redirect_to_id AND (target.kind <> 'custom' OR target.verified_at IS NOT NULL)
  ) END, '')::text AS redirect_to,
  EXISTS (
    SELECT FROM deployments WHERE deployments.environment_id = domains.environment_id AND deployments.state IN ('queued', 'deploying')
  ) AS deploying,
  (domains.kind = 'deployment' AND NOT EXISTS (
    SELECT FROM deployments AS live WHERE live.id = domains.deployment_id AND live.state = 'live'
  ))::boolean AS retired,
  (environments.asleep_since IS NOT NULL OR (environments.woken_at IS NOT NULL AND NOT EXISTS (
    SELECT FROM vms AS woken WHERE woken.deployment_id = domains.deployment_id AND woken.kind = 'app' AND woken.healthy_at >= environments.woken_at
  )))::boolean AS wakes,
  coalesce(CASE
    WHEN before.id IS NOT NULL AND domains.kind <> 'deployment' AND domains.deployment_id IS NOT NULL AND domains.redirect_to_id IS NULL
      AND environments.skew_protection
    THEN (SELECT min(own.hostname) FROM domains AS own WHERE own.kind = 'deployment' AND own.deployment_id = before.id)
  END, '')::text AS previous,
  vms.id AS vm_id, vms.ip, vms.port, nodes.region
FROM domains
JOIN environments ON environments.id = domains.environment_id
LEFT JOIN (
  SELECT DISTINCT ON (warm.environment_id) warm.environment_id, warm.id FROM deployments AS warm
  WHERE warm.state = 'retired' AND warm.warm_until IS NOT NULL
  ORDER BY warm.environment_id, warm.retired_at DESC NULLS LAST, warm.id DESC
) AS before ON before.environment_id = domains.environment_id
LEFT JOIN vms ON vms.deployment_id = domains.deployment_id AND vms.kind = 'app' AND vms.state = 'healthy' AND vms.desired_state = 'running'
  AND vms.removed_at IS NULL
LEFT JOIN nodes ON nodes.id = vms.node_id
WHERE (domains.kind <> 'custom' OR domains.verified_at IS NOT NULL) AND domains.kept_since IS NULL
ORDER BY domains.hostname, vms.id;

-- name: ListRoutesOf :many
-- The routes of some hostnames, as ListRoutes has them.
SELECT domains.hostname, domains.project_id, domains.deployment_id, domains.https, domains.hsts_seconds,
  coalesce(CASE WHEN domains.redirect_to_id IS NOT NULL THEN (
    SELECT target.hostname FROM domains AS target
    WHERE target.id = domains.redirect_to_id AND (target.kind <> 'custom' OR target.verified_at IS NOT NULL)
  ) END, '')::text AS redirect_to,
  EXISTS (
    SELECT FROM deployments WHERE deployments.environment_id = domains.environment_id AND deployments.state IN ('queued', 'deploying')
  ) AS deploying,
  (domains.kind = 'deployment' AND NOT EXISTS (
    SELECT FROM deployments AS live WHERE live.id = domains.deployment_id AND live.state = 'live'
  ))::boolean AS retired,
  (environments.asleep_since IS NOT NULL OR (environments.woken_at IS NOT NULL AND NOT EXISTS (
    SELECT FROM vms AS woken WHERE woken.deployment_id = domains.deployment_id AND woken.kind = 'app' AND woken.healthy_at >= environments.woken_at
  )))::boolean AS wakes,
  coalesce(CASE
    WHEN before.id IS NOT NULL AND domains.kind <> 'deployment' AND domains.deployment_id IS NOT NULL AND domains.redirect_to_id IS NULL
      AND environments.skew_protection
    THEN (SELECT min(own.hostname) FROM domains AS own WHERE own.kind = 'deployment' AND own.deployment_id = before.id)
  END, '')::text AS previous,
  vms.id AS vm_id, vms.ip, vms.port, nodes.region
FROM domains
JOIN environments ON environments.id = domains.environment_id
LEFT JOIN LATERAL (
  SELECT warm.id FROM deployments AS warm
  WHERE warm.environment_id = domains.environment_id AND warm.state = 'retired' AND warm.warm_until IS NOT NULL
  ORDER BY warm.retired_at DESC NULLS LAST, warm.id DESC LIMIT 1
) AS before ON true
LEFT JOIN vms ON vms.deployment_id = domains.deployment_id AND vms.kind = 'app' AND vms.state = 'healthy' AND vms.desired_state = 'running'
  AND vms.removed_at IS NULL
LEFT JOIN nodes ON nodes.id = vms.node_id
WHERE domains.hostname = ANY (@hostnames::text[]) AND (domains.kind <> 'custom' OR domains.verified_at IS NOT NULL) AND domains.kept_since IS NULL
ORDER BY domains.hostname, vms.id;

-- name: DeleteDomainsOf :exec
-- Deletes the domains of an environment.
DELETE FROM domains WHERE environment_id = $1;
