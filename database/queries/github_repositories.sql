-- name: PutRepository :one
-- Notes a repository of an organisation, as GitHub has it now. It is looked at anew.
INSERT INTO github_repositories (
  id, organisation_id, installation_id, repository_id, node_id, full_name, default_branch, is_private, is_archived, pushed_at
) VALUES (
  @id, @organisation_id, @installation_id, @repository_id, @node_id, @full_name, @default_branch, @is_private, @is_archived, @pushed_at
)
ON CONFLICT (organisation_id, repository_id) DO UPDATE SET
  installation_id = excluded.installation_id, node_id = excluded.node_id, full_name = excluded.full_name, default_branch = excluded.default_branch,
  is_private = excluded.is_private, is_archived = excluded.is_archived, pushed_at = excluded.pushed_at,
  is_settled = false, seen_hash = ''
RETURNING *;

-- name: GetRepository :one
-- A repository, with the installation of its organisation that has it; none where there is no such installation any more.
SELECT sqlc.embed(github_repositories), github_installations.installation_id AS github_installation_id, github_installations.account_login,
  github_installations.removed_at, github_installations.suspended_at
FROM github_repositories
LEFT JOIN github_installations ON github_installations.id = github_repositories.installation_id
  AND github_installations.organisation_id = github_repositories.organisation_id
WHERE github_repositories.id = @id;

-- name: ListRepositoryProjects :many
-- The projects of an organisation that use one of these repositories, given by GitHub's ids.
SELECT github_repositories.repository_id, projects.id, projects.slug
FROM github_repositories
JOIN projects ON projects.github_repository_id = github_repositories.id AND projects.deleted_at IS NULL
WHERE github_repositories.organisation_id = @organisation_id AND github_repositories.repository_id = ANY (@repository_ids::bigint[])
ORDER BY github_repositories.repository_id, projects.id;
