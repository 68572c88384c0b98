-- An environment is where deployments of a project go. That of production has the project's id. All of them change while the project is locked.

-- name: GetEnvironment :one
SELECT * FROM environments WHERE id = $1;

-- name: ProjectHasEnvironment :one
-- Whether a project of the organisation has the environment, and it is not deleted.
SELECT EXISTS (
  SELECT FROM environments JOIN projects ON projects.id = environments.project_id
  WHERE environments.id = @id AND environments.project_id = @project_id AND projects.organisation_id = @organisation_id AND environments.deleted_at IS NULL
);

-- name: PinEnvironment :exec
-- Pins an environment to a rollback.
UPDATE environments SET pinned_by_id = @deployment_id::uuid WHERE id = @id;

-- name: UnpinEnvironment :execrows
-- No row where the environment is not pinned.
UPDATE environments SET pinned_by_id = NULL WHERE id = @id AND pinned_by_id IS NOT NULL;

-- name: UnpinEnvironments :exec
-- Unpins all environments of a project, so that what they are pinned to is not kept for them.
UPDATE environments SET pinned_by_id = NULL WHERE project_id = $1 AND pinned_by_id IS NOT NULL;

-- name: UnpinEnvironmentOf :many
-- Unpins the environment that a deployment pins.
UPDATE environments SET pinned_by_id = NULL WHERE pinned_by_id = @deployment_id::uuid RETURNING *;

-- name: ListEnvironments :many
-- The environments of a project that are not deleted: production, and behind it the previews in the order in which they were made.
SELECT * FROM environments WHERE project_id = $1 AND deleted_at IS NULL ORDER BY id;

-- name: GetPreviewOf :one
-- The preview of a branch; no row where it has none.
SELECT * FROM environments WHERE project_id = @project_id AND branch = @branch AND kind = 'preview' AND deleted_at IS NULL;

-- name: CountPreviews :one
-- Anybody may open pull requests from forks: those of which no commit was approved yet are counted by themselves.
SELECT count(*) FILTER (WHERE NOT is_fork OR approved_commit IS NOT NULL) AS admitted,
  count(*) FILTER (WHERE is_fork AND approved_commit IS NULL) AS unapproved
FROM environments WHERE project_id = $1 AND kind = 'preview' AND deleted_at IS NULL;

-- name: CreatePreview :one
INSERT INTO environments (id, project_id, kind, slug, branch, expires_at, sleep_after_minutes)
VALUES (@id, @project_id, 'preview', @slug, @branch, now() + @lasts::interval, @sleep_after_minutes::int)
RETURNING *;

-- name: ExtendPreview :exec
-- Counts the time of a preview from now on. That of production has no end.
UPDATE environments SET expires_at = greatest(expires_at, now() + @lasts::interval) WHERE id = @id AND kind = 'preview';

-- name: PreviewNameTaken :one
-- Whether the slug is another environment's of the project, the hostname anybody's, kept for a deleted project of another organisation, or was another organisation's
-- until lately.
SELECT EXISTS (
  SELECT environments.slug FROM environments
  WHERE environments.project_id = @project_id AND environments.slug = @slug AND environments.deleted_at IS NULL
  UNION ALL
  SELECT domains.hostname FROM domains
  WHERE domains.hostname = @hostname AND (domains.kind <> 'custom' OR domains.verified_at IS NOT NULL) AND domains.kept_since IS NULL
  UNION ALL
  SELECT kept.hostname FROM domains AS kept JOIN projects ON projects.id = kept.project_id
  WHERE kept.hostname = @hostname AND kept.kept_since IS NOT NULL AND kept.kind <> 'custom' AND projects.organisation_id <> @organisation_id
  UNION ALL
  SELECT released_hostnames.hostname FROM released_hostnames
  WHERE released_hostnames.hostname = @hostname AND released_hostnames.organisation_id <> @organisation_id
    AND released_hostnames.released_at > now() - interval '90 days'
);

-- name: GeneratedHostname :one
SELECT hostname FROM domains WHERE environment_id = $1 AND kind = 'generated';

-- name: MarkPreviewDeleted :exec
UPDATE environments
SET deleted_at = now(), awaiting_commit = NULL, comment_due_at = CASE WHEN pull_request_number IS NOT NULL THEN now() END
WHERE id = $1 AND kind = 'preview';

-- name: MarkPreviewsDeleted :exec
-- Production is deleted with its project, by a trigger.
UPDATE environments
SET deleted_at = now(), awaiting_commit = NULL, comment_due_at = CASE WHEN pull_request_number IS NOT NULL THEN now() END
WHERE project_id = $1 AND kind = 'preview' AND deleted_at IS NULL;

-- name: ReturnPreviews :exec
-- Undoes the deletion of the previews that were deleted with their project, for which time stood still: each has as long as it had left. The project is
-- returned behind them.
UPDATE environments SET deleted_at = NULL, expires_at = environments.expires_at + (now() - projects.deleted_at),
  comment_due_at = CASE WHEN environments.pull_request_number IS NOT NULL THEN now() END
FROM projects
WHERE projects.id = @project_id AND environments.project_id = projects.id AND environments.kind = 'preview' AND environments.deleted_at = projects.deleted_at;

-- name: RenamePreview :exec
UPDATE environments SET slug = @slug WHERE id = @id;

-- name: LastRelease :one
-- The deployment that was live in an environment last, and whether its image is kept; no row where none ever was live.
SELECT sqlc.embed(deployments), coalesce(images.collected_at IS NULL AND images.repository <> '', false)::boolean AS image_is_kept
FROM deployments LEFT JOIN images ON images.id = deployments.image_id
WHERE deployments.environment_id = $1 AND deployments.route_version IS NOT NULL
ORDER BY deployments.route_version DESC LIMIT 1;

-- name: ListExpiredPreviews :many
-- The previews whose time is over.
SELECT * FROM environments WHERE expires_at < now() AND deleted_at IS NULL ORDER BY expires_at LIMIT 100;

-- name: ListBranches :many
-- What the branches of a repository pointed at when it was last looked at.
SELECT name, commit_sha FROM branches WHERE project_id = $1 AND NOT starts_with(name, 'refs/pull/');

-- name: RecordBranches :exec
INSERT INTO branches (project_id, name, commit_sha)
SELECT @project_id::uuid, unnest(@names::text[]), unnest(@commits::text[])
ON CONFLICT (project_id, name) DO UPDATE SET commit_sha = excluded.commit_sha WHERE branches.commit_sha <> excluded.commit_sha;

-- name: ForgetBranches :exec
DELETE FROM branches WHERE project_id = @project_id AND name = ANY (@names::text[]);

-- name: ForgetAllBranches :exec
DELETE FROM branches USING projects
WHERE branches.project_id = @project_id AND projects.id = branches.project_id AND projects.organisation_id = @organisation_id;

-- name: GetEnvironmentOf :one
-- One environment of an organisation. held_deployment_id is the newest push that waits because
-- the environment is pinned.
SELECT sqlc.embed(environments), domains.hostname, domains.deployment_id AS live_deployment_id,
  held.id AS held_deployment_id
FROM environments
JOIN projects ON projects.id = environments.project_id
JOIN domains ON domains.environment_id = environments.id AND domains.kind = 'generated'
LEFT JOIN deployments AS held ON environments.pinned_by_id IS NOT NULL AND held.id = (
  SELECT newest.id FROM deployments AS newest
  WHERE newest.environment_id = environments.id AND newest.state = 'deploying' AND newest.held_at IS NOT NULL
  ORDER BY newest.id DESC LIMIT 1
)
WHERE environments.id = @id AND projects.organisation_id = @organisation_id AND projects.deleted_at IS NULL AND environments.deleted_at IS NULL;

-- name: ListEnvironmentsOf :many
-- As GetEnvironmentOf, all of a project, oldest first.
SELECT sqlc.embed(environments), domains.hostname, domains.deployment_id AS live_deployment_id,
  held.id AS held_deployment_id
FROM environments
JOIN projects ON projects.id = environments.project_id
JOIN domains ON domains.environment_id = environments.id AND domains.kind = 'generated'
LEFT JOIN deployments AS held ON environments.pinned_by_id IS NOT NULL AND held.id = (
  SELECT newest.id FROM deployments AS newest
  WHERE newest.environment_id = environments.id AND newest.state = 'deploying' AND newest.held_at IS NOT NULL
  ORDER BY newest.id DESC LIMIT 1
)
WHERE environments.project_id = @project_id AND projects.organisation_id = @organisation_id AND projects.deleted_at IS NULL
  AND environments.deleted_at IS NULL AND environments.id > @after
  AND (@slug::text = '' OR environments.slug = @slug) AND (@branch::text = '' OR environments.branch = @branch)
ORDER BY environments.id
LIMIT sqlc.arg(max_rows)::int;

-- name: SetPreviewEnd :exec
UPDATE environments SET expires_at = @expires_at::timestamptz FROM projects
WHERE environments.id = @id AND environments.kind = 'preview' AND projects.id = environments.project_id AND projects.organisation_id = @organisation_id;

-- name: SetSkewProtection :exec
-- Whether edges ask the deployment before for assets that the live one does not have.
UPDATE environments SET skew_protection = @skew_protection FROM projects
WHERE environments.id = @id AND projects.id = environments.project_id AND projects.organisation_id = @organisation_id;
