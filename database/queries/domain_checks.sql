-- name: ListDueDomains :many
-- The custom domains whose DNS is to be asked again, those first that have waited longest.
SELECT domains.id FROM domains
WHERE domains.kind = 'custom' AND domains.next_check_at <= now() AND domains.kept_since IS NULL
ORDER BY domains.next_check_at
LIMIT sqlc.arg(max_rows)::int;

-- name: GetDomainToCheck :one
-- A custom domain with its organisation, and the generated domain of its project's production, which says where the platform's hostnames are.
SELECT sqlc.embed(domains), projects.organisation_id,
  coalesce((SELECT own.hostname FROM domains AS own WHERE own.environment_id = domains.project_id AND own.kind = 'generated'), '')::text AS generated
FROM domains JOIN projects ON projects.id = domains.project_id
WHERE domains.id = $1 AND domains.kind = 'custom' AND projects.deleted_at IS NULL;

-- name: GetHolder :one
-- As GetDomainToCheck: the custom domain that was proven to have the hostname, unless it is kept for a deleted project: whoever proves the hostname has it then.
SELECT sqlc.embed(domains), projects.organisation_id,
  coalesce((SELECT own.hostname FROM domains AS own WHERE own.environment_id = domains.project_id AND own.kind = 'generated'), '')::text AS generated
FROM domains JOIN projects ON projects.id = domains.project_id
WHERE domains.hostname = $1 AND domains.kind = 'custom' AND domains.verified_at IS NOT NULL AND domains.kept_since IS NULL;

-- name: VerifyDomain :execrows
-- Makes a claim the domain's only one, unless it has changed since it was checked. It answers with what its environment answers with.
UPDATE domains SET verified_at = now(), checked_at = now(), next_check_at = now() + @next::interval, check_message = NULL, failing_since = NULL,
  deployment_id = (SELECT own.deployment_id FROM domains AS own WHERE own.environment_id = domains.environment_id AND own.kind = 'generated')
WHERE domains.id = @id AND domains.kind = 'custom' AND domains.verified_at IS NULL AND domains.verification_token = @verification_token;

-- name: UnverifyDomain :execrows
-- Makes a domain a claim again, with another token, unless it has changed since it was checked.
UPDATE domains SET verified_at = NULL, deployment_id = NULL, verification_token = @new_token::text, claimed_at = now(), checked_at = now(), next_check_at = now(),
  check_message = @check_message::text, failing_since = NULL
WHERE domains.id = @id AND domains.kind = 'custom' AND domains.verified_at IS NOT NULL AND domains.verification_token = @verification_token;

-- name: RecordDomainCheck :exec
-- Writes how a check ended that has changed nothing.
UPDATE domains SET checked_at = now(), next_check_at = now() + @next::interval, check_message = nullif(@check_message::text, ''),
  failing_since = CASE WHEN @failing::boolean THEN coalesce(failing_since, now()) END
WHERE domains.id = @id;

-- name: HastenDomainCheck :exec
-- Has the DNS asked about a custom domain as soon as a worker looks for what is due.
UPDATE domains SET next_check_at = now() FROM projects
WHERE domains.id = @id AND domains.kind = 'custom' AND domains.next_check_at > now()
  AND projects.id = domains.project_id AND projects.organisation_id = @organisation_id;

-- name: PostponeDomainCheck :exec
-- Writes that the DNS did not answer, which says nothing about the proof.
UPDATE domains SET next_check_at = now() + @next::interval, check_message = @check_message::text WHERE domains.id = @id;
