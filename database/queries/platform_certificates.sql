-- name: ListPlatformCertificates :many
-- The certificates for hostnames of the platform's own.
SELECT id, hostname, source, state, not_after, problem, next_at FROM certificates WHERE domain_id IS NULL ORDER BY hostname;

-- name: OrderPlatformCertificates :exec
-- Has workers order certificates for hostnames of the platform's own. One that was uploaded is shown until it is to be renewed.
INSERT INTO certificates (id, hostname, source, state, next_at)
SELECT unnest(@ids::uuid[]), unnest(@hostnames::text[]), 'acme', 'ordering', now()
ON CONFLICT (hostname) WHERE domain_id IS NULL DO UPDATE SET source = 'acme', step = 'order', next_at = now()
WHERE certificates.source = 'uploaded';

-- name: PutPlatformCertificate :one
-- Has edges show a certificate for a hostname of the platform's own, in the place of the one that it had.
INSERT INTO certificates (id, hostname, source, state, chain, not_before, not_after, version)
VALUES (@id, @hostname, 'uploaded', 'active', @chain::text, @not_before::timestamptz, @not_after::timestamptz, @version)
ON CONFLICT (hostname) WHERE domain_id IS NULL DO UPDATE SET source = 'uploaded', state = 'active', problem = NULL, chain = excluded.chain,
  not_before = excluded.not_before, not_after = excluded.not_after, version = excluded.version, step = 'order', order_url = NULL, next_at = NULL, failures = 0,
  warned_at = NULL
RETURNING id;

-- name: TakePlatformCertificateWarnings :many
-- The certificates of the platform's own that expire soon, as nothing renews them or as that fails, and of which the operator was not told for a while. Of
-- several who ask at the same time one is told. What is long due is renewed by nobody: no worker has the token or the authority any more.
UPDATE certificates SET warned_at = now()
WHERE domain_id IS NULL AND not_after < now() + @soon::interval AND (source = 'uploaded' OR problem IS NOT NULL OR next_at < now() - interval '1 day')
  AND (warned_at IS NULL OR warned_at < now() - @every::interval)
RETURNING hostname, source, not_after::timestamptz AS not_after, coalesce(problem, '')::text AS problem;
