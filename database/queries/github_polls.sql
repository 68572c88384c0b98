-- Times that decide when something is looked at are those of the worker's clock.

-- name: ClaimInstallations :many
-- Installations that are to be looked at, the longest due first. No other worker gets them before the time is over that they are claimed for.
-- is_followed tells whether a project wants to know of pushes to one of their repositories; is_cut_off whether one does whose organisation the installation
-- does not belong to any more, and was not told so.
UPDATE github_installations SET poll_due_at = @until::timestamptz
WHERE github_installations.id IN (
  SELECT due.id FROM github_installations AS due
  WHERE due.poll_due_at IS NULL OR due.poll_due_at <= @now::timestamptz
  ORDER BY due.poll_due_at NULLS FIRST
  LIMIT 200
  FOR UPDATE SKIP LOCKED
)
RETURNING sqlc.embed(github_installations), EXISTS (
  SELECT FROM github_repositories JOIN projects ON projects.github_repository_id = github_repositories.id
  WHERE github_repositories.installation_id = github_installations.id AND github_repositories.organisation_id = github_installations.organisation_id
    AND projects.deleted_at IS NULL AND (projects.auto_deploy OR projects.previews <> 'off')
) AS is_followed, EXISTS (
  SELECT FROM github_repositories JOIN projects ON projects.github_repository_id = github_repositories.id
  WHERE github_repositories.installation_id = github_installations.id
    AND github_repositories.organisation_id IS DISTINCT FROM github_installations.organisation_id
    AND projects.deleted_at IS NULL AND (projects.auto_deploy OR projects.previews <> 'off') AND projects.poll_error IS DISTINCT FROM @cut_off::text
) AS is_cut_off;

-- name: RecordInstallationPoll :exec
-- Writes what looking at an installation has shown. It stays due at once where somebody has asked for that since it was claimed.
UPDATE github_installations
SET polled_at = @polled_at, sweep_due_at = @sweep_due_at, pushed_through = @pushed_through, active_at = @active_at, poll_error = @poll_error,
  poll_due_at = CASE WHEN poll_due_at = @claimed_until::timestamptz THEN @poll_due_at::timestamptz ELSE poll_due_at END
WHERE id = @id;

-- name: RecordInstallationTrouble :exec
-- Tells the projects of an installation why their repositories cannot be looked at, and has all of them looked at when they can: those of the
-- organisation that it belongs to, or those of others.
WITH repositories AS (
  UPDATE github_repositories SET seen_hash = '', is_settled = false
  FROM github_installations
  WHERE github_repositories.installation_id = @id AND github_installations.id = @id
    AND (github_repositories.organisation_id IS NOT DISTINCT FROM github_installations.organisation_id) = @of_its_own::boolean
  RETURNING github_repositories.id
)
UPDATE projects SET poll_error = @poll_error::text, polled_at = now()
FROM repositories WHERE projects.github_repository_id = repositories.id
  AND projects.deleted_at IS NULL AND (projects.auto_deploy OR projects.previews <> 'off');

-- name: RenameInstallationAccount :exec
UPDATE github_installations SET account_login = @account_login WHERE id = @id;

-- name: ListInstallationsBeside :many
-- The other installations of the organisation that one belongs to.
SELECT other.* FROM github_installations AS one JOIN github_installations AS other ON other.organisation_id = one.organisation_id
WHERE one.id = @id AND other.id <> one.id AND other.removed_at IS NULL
ORDER BY other.id;

-- name: ListRepositoriesToLookAt :many
-- The repositories of an installation that were pushed to, as GitHub tells it, since they were last looked at; those that are not settled; and those of
-- projects whose repository was not looked at yet, or is to be looked at at once.
SELECT github_repositories.* FROM github_repositories
JOIN (SELECT unnest(@node_ids::text[]) AS node_id, unnest(@pushed_at::timestamptz[]) AS at) AS pushed ON pushed.node_id = github_repositories.node_id
WHERE github_repositories.installation_id = @installation_id AND github_repositories.organisation_id = @organisation_id
  AND github_repositories.seen_pushed_at IS DISTINCT FROM pushed.at
  AND EXISTS (
    SELECT FROM projects WHERE projects.github_repository_id = github_repositories.id
      AND projects.deleted_at IS NULL AND (projects.auto_deploy OR projects.previews <> 'off')
  )
UNION
SELECT github_repositories.* FROM github_repositories
WHERE github_repositories.installation_id = @installation_id AND github_repositories.organisation_id = @organisation_id
  AND NOT github_repositories.is_settled
UNION
SELECT github_repositories.* FROM github_repositories JOIN projects ON projects.github_repository_id = github_repositories.id
WHERE github_repositories.installation_id = @installation_id AND github_repositories.organisation_id = @organisation_id
  AND projects.polled_at IS NULL
  AND projects.deleted_at IS NULL AND (projects.auto_deploy OR projects.previews <> 'off');

-- name: UnsettleRepositories :exec
UPDATE github_repositories SET is_settled = false WHERE installation_id = @installation_id AND organisation_id = @organisation_id;

-- name: ListRepositoriesToSweep :many
-- The repositories of an installation that were not looked at since a time, the longest ago first.
SELECT * FROM github_repositories
WHERE installation_id = @installation_id AND organisation_id = @organisation_id AND (looked_at IS NULL OR looked_at < @before::timestamptz)
ORDER BY looked_at NULLS FIRST
LIMIT sqlc.arg(max_rows)::int;

-- name: ListFollowers :many
-- The projects that want to know of pushes to repositories.
SELECT * FROM projects
WHERE github_repository_id = ANY (@repositories::uuid[]) AND deleted_at IS NULL AND (auto_deploy OR previews <> 'off')
ORDER BY id;

-- name: RecordLook :exec
UPDATE github_repositories
SET looked_at = @looked_at, seen_pushed_at = @seen_pushed_at, is_settled = @is_settled, seen_hash = @seen_hash, is_archived = @is_archived,
  default_branch = @default_branch
WHERE id = @id;

-- name: RecordLooks :exec
-- RecordLook for repositories at which nothing has changed.
UPDATE github_repositories SET looked_at = @looked_at, is_settled = true WHERE id = ANY (@ids::uuid[]);

-- name: SetDefaultBranch :exec
UPDATE github_repositories SET default_branch = @default_branch WHERE id = @id;

-- name: RenameRepository :exec
-- Writes the name that a repository has by now. Its projects show it.
WITH renamed AS (
  UPDATE github_repositories SET full_name = @full_name WHERE github_repositories.id = @id
)
UPDATE projects SET repository_url = replace(repository_url, @former_name::text, @full_name)
WHERE projects.github_repository_id = @id AND projects.deleted_at IS NULL;

-- name: MoveRepository :exec
-- Has another installation look at a repository, and at once.
WITH moved AS (
  UPDATE github_repositories SET installation_id = @installation_id::uuid, is_settled = false, seen_hash = '' WHERE github_repositories.id = @id
)
UPDATE github_installations SET poll_due_at = NULL WHERE github_installations.id = @installation_id::uuid;

-- name: ListProjectsOfRepository :many
SELECT id FROM projects WHERE github_repository_id = @id AND deleted_at IS NULL;
