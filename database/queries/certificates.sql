-- name: NextCertificateVersion :one
-- Counts the version of the edges' certificates up. The row stays locked until the transaction ends, so that versions are committed in their order.
INSERT INTO certificate_table (id, version) VALUES (1, 1)
ON CONFLICT (id) DO UPDATE SET version = certificate_table.version + 1
RETURNING version;

-- name: CurrentCertificateVersion :one
SELECT coalesce(max(version), 0)::bigint FROM certificate_table;

-- name: TakeTicketKeyTurn :execrows
-- Notes that a new key for session tickets is made now, where the last one is as old. Of several who ask at the same time one is told so.
INSERT INTO certificate_table (id, version, ticket_key_at) VALUES (1, 1, now())
ON CONFLICT (id) DO UPDATE SET ticket_key_at = now()
WHERE certificate_table.ticket_key_at IS NULL OR certificate_table.ticket_key_at < now() - @every::interval;

-- name: ListServedCertificates :many
-- The certificates that edges are to show: those of the platform and of domains that are proven and not kept for a deleted project.
SELECT certificates.id, certificates.hostname, certificates.version,
  coalesce(CASE WHEN certificates.version > @since THEN certificates.chain END, '')::text AS chain
FROM certificates LEFT JOIN domains ON domains.id = certificates.domain_id
WHERE certificates.chain IS NOT NULL AND domains.kept_since IS NULL
  AND (certificates.domain_id IS NULL OR domains.verified_at IS NOT NULL OR domains.kind <> 'custom')
ORDER BY certificates.id;

-- name: ListChallenges :many
SELECT hostname, token, key_authorization FROM certificate_challenges ORDER BY token;

-- name: AcknowledgeCertificates :exec
-- Remembers which version of the certificates each of these edges serves with. Edges are locked by id.
WITH told AS (
  SELECT unnest(@ids::uuid[]) AS id, unnest(@versions::bigint[]) AS version
), held AS (
  SELECT edges.id FROM edges WHERE edges.id IN (SELECT told.id FROM told) ORDER BY edges.id FOR NO KEY UPDATE
)
UPDATE edges SET certificates_version = told.version, last_seen_at = now()
FROM told JOIN held ON held.id = told.id
WHERE edges.id = told.id;

-- name: CountEdgesWithoutVersion :one
-- The edges that may not have heard of a version of the certificates yet. One that was silent for that long counts as dead.
SELECT count(*) FROM edges JOIN edge_silence ON edge_silence.id = edges.id
WHERE (edges.certificates_version IS NULL OR edges.certificates_version < @version::bigint)
  AND edges.last_seen_at IS NOT NULL AND edge_silence.silent_for <= @silent_for::interval;

-- name: CountEdgesWithCertificates :one
-- The edges in touch that end TLS.
SELECT count(*) FROM edges JOIN edge_silence ON edge_silence.id = edges.id
WHERE edges.certificates_version IS NOT NULL AND edges.last_seen_at IS NOT NULL AND edge_silence.silent_for <= @silent_for::interval;

-- name: PutUploadedCertificate :one
-- Gives a domain a certificate in the place of the one that it had.
INSERT INTO certificates (id, domain_id, hostname, source, state, chain, not_before, not_after, version)
SELECT @id::uuid, domains.id, domains.hostname, 'uploaded', 'active', @chain::text, @not_before::timestamptz, @not_after::timestamptz, @version::bigint
FROM domains JOIN projects ON projects.id = domains.project_id
WHERE domains.id = @domain_id AND projects.organisation_id = @organisation_id
ON CONFLICT (domain_id) WHERE domain_id IS NOT NULL DO UPDATE SET hostname = excluded.hostname, source = 'uploaded', state = 'active', problem = NULL,
  chain = excluded.chain, not_before = excluded.not_before, not_after = excluded.not_after, version = excluded.version, step = 'order', order_url = NULL,
  next_at = NULL, failures = 0, warned_at = NULL
RETURNING id;

-- name: DeleteCertificate :one
-- Takes a domain's certificate away that was uploaded. It returns no row where there is none.
DELETE FROM certificates USING domains, projects
WHERE certificates.domain_id = domains.id AND domains.id = @domain_id AND certificates.source = 'uploaded' AND projects.id = domains.project_id AND projects.organisation_id = @organisation_id
RETURNING certificates.id;

-- name: DeleteCertificateSecrets :exec
-- Deletes the private keys of certificates that are gone, with their domains or by themselves.
DELETE FROM secrets WHERE kind IN ('certificate_key', 'certificate_next_key')
  AND NOT EXISTS (SELECT FROM certificates WHERE certificates.id = secrets.subject_id);

-- name: InsertMissingCertificates :exec
-- Begins an order for each of the domains that has no certificate.
INSERT INTO certificates (id, domain_id, hostname, source, state, next_at)
SELECT wanted.id, domains.id, domains.hostname, 'acme', 'ordering', now()
FROM (SELECT unnest(@ids::uuid[]) AS id, unnest(@domains::uuid[]) AS domain_id) AS wanted
JOIN domains ON domains.id = wanted.domain_id
ON CONFLICT DO NOTHING;

-- name: ListDomainsWithoutCertificate :many
-- The domains proven since then that have none. A wildcard cannot be proven to an authority by HTTP.
SELECT domains.id FROM domains
WHERE domains.kind = 'custom' AND domains.verified_at IS NOT NULL AND domains.verified_at > @since AND left(domains.hostname, 2) <> '*.'
  AND domains.kept_since IS NULL
  AND NOT EXISTS (SELECT FROM certificates WHERE certificates.domain_id = domains.id)
LIMIT sqlc.arg(max_rows)::int;

-- name: ListDueCertificates :many
-- Those of domains that are kept for a deleted project are due when it is restored.
SELECT certificates.id, certificates.step FROM certificates LEFT JOIN domains ON domains.id = certificates.domain_id
WHERE certificates.next_at <= now() AND domains.kept_since IS NULL ORDER BY certificates.next_at LIMIT sqlc.arg(max_rows)::int;

-- name: ShowCertificatesAgain :exec
-- Has edges fetch the certificates of a project again that was restored.
UPDATE certificates SET version = @version FROM domains WHERE domains.id = certificates.domain_id AND domains.project_id = @project_id;

-- name: GetCertificateToOrder :one
-- A certificate that is to be ordered, unless its domain is not proven any more or is kept for a deleted project.
SELECT sqlc.embed(certificates), domains.project_id FROM certificates LEFT JOIN domains ON domains.id = certificates.domain_id
WHERE certificates.id = $1 AND certificates.source = 'acme' AND domains.kept_since IS NULL
  AND (certificates.domain_id IS NULL OR domains.verified_at IS NOT NULL);

-- name: HasUnprovenCertificates :one
-- Whether there is something for ForgetUnprovenCertificates.
SELECT EXISTS (
  SELECT FROM certificates JOIN domains ON domains.id = certificates.domain_id
  WHERE domains.kind = 'custom' AND domains.verified_at IS NULL AND certificates.source = 'acme'
);

-- name: ForgetUnprovenCertificates :exec
-- Deletes the certificates that were ordered for domains which are not proven any more.
DELETE FROM certificates USING domains
WHERE domains.id = certificates.domain_id AND domains.kind = 'custom' AND domains.verified_at IS NULL AND certificates.source = 'acme';

-- name: AdvanceCertificate :execrows
-- Goes on to another step of an order, unless somebody was faster.
UPDATE certificates SET step = @step, order_url = coalesce(sqlc.narg(order_url)::text, order_url), next_at = now() + @next::interval
WHERE id = @id AND step = @from_step AND source = 'acme';

-- name: PostponeCertificate :exec
-- Tries the present step again later, and says why.
UPDATE certificates SET next_at = now() + @next::interval, problem = nullif(@problem::text, '') WHERE id = @id AND source = 'acme';

-- name: FailCertificate :exec
-- Ends an order in vain: another one begins later. A certificate that is still good stays active.
UPDATE certificates SET step = 'order', order_url = NULL, failures = failures + 1, problem = @problem::text, next_at = now() + @next::interval,
  state = CASE WHEN chain IS NOT NULL AND not_after > now() THEN 'active' ELSE 'failed' END
WHERE id = @id AND source = 'acme';

-- name: FulfilCertificate :execrows
-- Ends an order with a certificate.
UPDATE certificates SET step = 'order', order_url = NULL, failures = 0, problem = NULL, state = 'active', chain = @chain::text, not_before = @not_before::timestamptz,
  not_after = @not_after::timestamptz, version = @version::bigint, next_at = @next_at::timestamptz
WHERE id = @id AND step = 'finalize' AND source = 'acme';

-- name: PutChallenge :exec
INSERT INTO certificate_challenges (token, certificate_id, hostname, key_authorization, version)
VALUES (@token, @certificate_id, @hostname, @key_authorization, @version)
ON CONFLICT (token) DO UPDATE SET certificate_id = excluded.certificate_id, version = excluded.version, created_at = now();

-- name: ChallengesVersion :one
-- The version of the certificates in which the challenges of an order have come.
SELECT coalesce(max(version), 0)::bigint FROM certificate_challenges WHERE certificate_id = $1;

-- name: DeleteChallenges :execrows
DELETE FROM certificate_challenges WHERE certificate_id = $1;

-- name: PutAcmeAccount :one
-- The account with an authority, which is made where there is none.
INSERT INTO acme_accounts (id, directory_url) VALUES (@id, @directory_url)
ON CONFLICT (directory_url) DO UPDATE SET directory_url = excluded.directory_url
RETURNING *;

-- name: SetAcmeAccountURL :exec
UPDATE acme_accounts SET account_url = @account_url::text WHERE id = @id;

-- name: ListExpiringCertificates :many
-- The certificates that expire soon, that nothing renews, and of which the project was not told.
SELECT certificates.id, certificates.hostname, certificates.not_after::timestamptz AS not_after, domains.project_id
FROM certificates JOIN domains ON domains.id = certificates.domain_id
WHERE certificates.source = 'uploaded' AND certificates.warned_at IS NULL AND certificates.not_after < now() + @soon::interval
  AND domains.kept_since IS NULL
LIMIT sqlc.arg(max_rows)::int;

-- name: NoteCertificateWarning :execrows
UPDATE certificates SET warned_at = now() WHERE id = @id AND warned_at IS NULL;
