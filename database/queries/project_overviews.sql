-- What lists of projects tell, what goes with a project, and what needs a deployment.

-- name: ListProjectOverviews :many
-- How the production of each of these projects is that a user may see: what is live, the newest deployment, and how many VMs serve for what is live.
SELECT projects.id, projects.instances, live.id AS live_id, newest.id AS newest_id, production.asleep_since,
  (SELECT count(*) FROM vms WHERE vms.deployment_id = live.id AND vms.kind = 'app' AND vms.state = 'healthy' AND vms.desired_state = 'running'
    AND vms.removed_at IS NULL) AS healthy,
  (SELECT count(*) FROM environments WHERE environments.project_id = projects.id AND environments.kind = 'preview'
    AND environments.deleted_at IS NULL) AS previews
FROM projects
JOIN organisation_members ON organisation_members.organisation_id = projects.organisation_id AND organisation_members.user_id = @user_id
JOIN environments AS production ON production.id = projects.id
LEFT JOIN deployments AS live ON live.environment_id = projects.id AND live.state = 'live'
LEFT JOIN deployments AS newest ON newest.id = (
  SELECT last.id FROM deployments AS last WHERE last.environment_id = projects.id ORDER BY last.id DESC LIMIT 1
)
WHERE projects.id = ANY (@ids::uuid[]);

-- name: ListDeploymentSummaries :many
-- What lists of projects tell of deployments that a user may see.
SELECT deployments.id, deployments.state, deployments.step, deployments.trigger, deployments.branch, deployments.commit_sha, deployments.commit_message,
  deployments.commit_author, deployments.created_at, deployments.ended_at
FROM deployments
JOIN projects ON projects.id = deployments.project_id
JOIN organisation_members ON organisation_members.organisation_id = projects.organisation_id AND organisation_members.user_id = @user_id
WHERE deployments.id = ANY (@ids::uuid[]);

-- name: CountProjectParts :one
-- How many things of each kind go with a project.
SELECT
  (SELECT count(*) FROM environments WHERE environments.project_id = projects.id AND environments.deleted_at IS NULL) AS environments,
  (SELECT count(*) FROM domains WHERE domains.project_id = projects.id AND domains.kind <> 'deployment') AS domains,
  (SELECT count(DISTINCT environment_variables.name) FROM environment_variables WHERE environment_variables.project_id = projects.id) AS variables,
  (SELECT count(*) FROM deployments WHERE deployments.project_id = projects.id) AS deployments,
  (SELECT count(*) FROM deployments JOIN vms ON vms.deployment_id = deployments.id
    WHERE deployments.project_id = projects.id AND vms.removed_at IS NULL) AS instances,
  (SELECT count(*) FROM images WHERE images.project_id = projects.id AND images.collected_at IS NULL) AS images,
  (SELECT coalesce(sum(images.size_bytes), 0) FROM images WHERE images.project_id = projects.id AND images.collected_at IS NULL)::bigint AS image_bytes
FROM projects WHERE projects.id = @id AND projects.organisation_id = @organisation_id;

-- name: ListProjectPartNames :many
-- The first names of each kind of what goes with a project.
SELECT part.kind::text AS kind, part.name::text AS name FROM (
  (SELECT 'environment' AS kind, environments.slug AS name FROM environments
    WHERE environments.project_id = @id AND environments.deleted_at IS NULL ORDER BY environments.slug LIMIT sqlc.arg(most)::int)
  UNION ALL
  (SELECT 'domain', domains.hostname FROM domains
    WHERE domains.project_id = @id AND domains.kind <> 'deployment' ORDER BY domains.hostname LIMIT sqlc.arg(most)::int)
  UNION ALL
  (SELECT DISTINCT 'variable', environment_variables.name FROM environment_variables
    WHERE environment_variables.project_id = @id ORDER BY environment_variables.name LIMIT sqlc.arg(most)::int)
) AS part
WHERE EXISTS (SELECT FROM projects WHERE projects.id = @id AND projects.organisation_id = @organisation_id)
ORDER BY part.kind, part.name;

-- name: ListPendingChanges :many
-- What is live in the environments of a project, oldest environment first, with the time from which its variables and settings are: a rollback has those of the
-- deployment that it went back to, and what was restored with its project those of the one before. Of each the names of the settings that were set since, as the audit log has them, of the variables that a deployment would get
-- now, and of those that were written since.
SELECT environments.id AS environment_id, environments.slug, environments.is_fork, deployments.id, deployments.environment_sealed, deployments.build_plan,
  coalesce(origin.created_at, deployments.created_at)::timestamptz AS sealed_at,
  ARRAY(
    SELECT DISTINCT setting.name FROM audit_events CROSS JOIN LATERAL jsonb_array_elements_text(audit_events.details -> 'changed') AS setting (name)
    WHERE audit_events.subject_id = projects.id AND audit_events.organisation_id = projects.organisation_id AND audit_events.action = 'project.update'
      AND audit_events.created_at > coalesce(origin.created_at, deployments.created_at)
    ORDER BY setting.name
  )::text[] AS settings,
  ARRAY(
    SELECT variables.name FROM environment_variables AS variables
    WHERE variables.project_id = projects.id AND variables.scope IN ('all', environments.kind)
  )::text[] AS variables,
  ARRAY(
    SELECT written.name FROM (
      SELECT DISTINCT ON (variables.name) variables.name, variables.updated_at FROM environment_variables AS variables
      WHERE variables.project_id = projects.id AND variables.scope IN ('all', environments.kind)
      ORDER BY variables.name, variables.scope = 'all'
    ) AS written
    WHERE written.updated_at > coalesce(origin.created_at, deployments.created_at)
  )::text[] AS written
FROM environments
JOIN projects ON projects.id = environments.project_id
JOIN deployments ON deployments.environment_id = environments.id AND deployments.state = 'live'
LEFT JOIN deployments AS origin ON origin.id = deployments.origin_id AND deployments.trigger IN ('rollback', 'restore')
WHERE environments.project_id = @project_id AND projects.organisation_id = @organisation_id AND environments.deleted_at IS NULL
ORDER BY environments.id;

-- name: LastBuildPlan :one
-- The build plan of the deployment of a project that was planned last; no row where none was.
SELECT deployments.build_plan FROM deployments JOIN projects ON projects.id = deployments.project_id
WHERE deployments.project_id = @project_id AND projects.organisation_id = @organisation_id AND deployments.build_plan IS NOT NULL
ORDER BY deployments.id DESC LIMIT 1;
