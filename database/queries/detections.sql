-- name: CreateDetection :one
INSERT INTO detections (
  id, organisation_id, created_by, repository_url, repository_id, installation_id, branch, root_directory, dockerfile_path, dockerfile_target
) VALUES (
  @id, @organisation_id, @created_by, @repository_url, @repository_id, @installation_id, @branch, @root_directory, @dockerfile_path, @dockerfile_target
) RETURNING *;

-- name: LockDetections :exec
-- Orders this transaction with all others that make detections of an organisation.
SELECT pg_advisory_xact_lock(hashtextextended('zeitwork.detections:' || @organisation_id::uuid, 0));

-- name: CountDetections :one
-- How many detections of an organisation are under way: begun within the time given and not done.
SELECT count(*) FROM detections
WHERE organisation_id = @organisation_id AND state = 'queued' AND created_at > now() - sqlc.arg(within)::interval;

-- name: GetDetectionOf :one
SELECT * FROM detections WHERE id = @id AND organisation_id = @organisation_id;

-- name: GetDetection :one
-- A detection, with the installation that reaches its repository.
SELECT sqlc.embed(detections), github_installations.installation_id AS github_installation_id,
  (github_installations.organisation_id IS NOT DISTINCT FROM detections.organisation_id)::boolean AS is_tied
FROM detections LEFT JOIN github_installations ON github_installations.id = detections.installation_id
WHERE detections.id = @id;

-- name: EndDetection :exec
UPDATE detections SET state = @state, commit_sha = @commit_sha, result = @result, error_code = @error_code, error_message = @error_message,
  waiting_for = NULL, ended_at = now()
WHERE id = @id AND state = 'queued';

-- name: SetDetectionWaiting :exec
UPDATE detections SET waiting_for = @waiting_for WHERE id = @id AND state = 'queued';
