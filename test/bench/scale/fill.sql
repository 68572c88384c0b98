-- Fills a migrated database: {projects} projects of {organisations} organisations, each with ten domains, a live deployment with two VMs and one that was
-- live before it, on {nodes} nodes, and {edges} edges. What nobody is to wait for, or to reach over a network, lies far ahead.
SET session_replication_role = replica;

CREATE FUNCTION bench_id(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (lpad(to_hex(1790000000000 + n), 12, '0') || '7' || lpad(to_hex(kind), 3, '0') || '8000' || lpad(to_hex(n), 12, '0'))::uuid
$$;

INSERT INTO users (id, email, name, operator) VALUES (bench_id(1, 0), 'owner@example.com', 'Owner', true);

INSERT INTO organisations (id, slug, name) SELECT bench_id(2, n), 'organisation-' || n, 'Organisation ' || n FROM generate_series(0, {organisations} - 1) AS n;

INSERT INTO organisation_members (organisation_id, user_id, role) SELECT organisations.id, bench_id(1, 0), 'owner' FROM organisations;

INSERT INTO projects (id, organisation_id, name, slug, repository_url, instances, auto_deploy, polled_at, poll_due_at)
SELECT bench_id(3, p), bench_id(2, p % {organisations}), 'project-' || p, 'project-' || p, 'https://git.example.com/project-' || p, 2, false,
  now() + interval '1 day', now() + interval '1 day'
FROM generate_series(0, {projects} - 1) AS p;

INSERT INTO environments (id, project_id, kind, slug, branch) SELECT id, id, 'production', 'production', branch FROM projects;

INSERT INTO images (id, project_id, repository, digest, size_bytes)
SELECT bench_id(5, p), bench_id(3, p), 'project-' || p, 'sha256:' || lpad(p::text, 64, '0'), 100000000 FROM generate_series(0, {projects} - 1) AS p;

-- A deployment p was live before p + {projects}, which is.
INSERT INTO deployments (
  id, project_id, environment_id, state, step, trigger, branch, commit_sha, image_digest, image_id, environment_sealed, build_plan, route_version, created_at,
  started_at, ended_at, retired_at
)
SELECT bench_id(6, n), bench_id(3, p), bench_id(3, p), CASE WHEN n = p THEN 'retired' ELSE 'live' END, 'flip_route', 'push', 'main', md5('commit' || n),
  images.digest, images.id, '\x00', '{"port": 8080}', n + 1, made, made, made, CASE WHEN n = p THEN made END
FROM (SELECT n, n % {projects} AS p, now() - interval '2 days' + n * interval '1 second' AS made FROM generate_series(0, 2 * {projects} - 1) AS n) AS planned
JOIN images ON images.id = bench_id(5, p);

INSERT INTO nodes (id, name, region, prefix, state, cpu_millis, memory_bytes, runtime, version, capabilities, last_seen_at)
SELECT bench_id(7, n), 'node-' || n, 'eu', ('10.' || n / 256 || '.' || n % 256 || '.0/24')::cidr, 'ready', 64000, 274877906944, 'kata', '1', '{release}',
  now() + interval '1 day'
FROM generate_series(0, {nodes} - 1) AS n;

INSERT INTO vms (
  id, deployment_id, node_id, kind, ip, port, cpu_millis, memory_bytes, state, desired_state, created_at, started_at, healthy_at
)
SELECT bench_id(8, n), bench_id(6, {projects} + n / 2), bench_id(7, n % {nodes}), 'app',
  ('10.' || n % {nodes} / 256 || '.' || n % {nodes} % 256 || '.' || 2 + n / {nodes})::inet, 8080, 1000, 536870912, 'healthy', 'running', now(), now(), now()
FROM generate_series(0, 2 * {projects} - 1) AS n;

INSERT INTO domains (id, project_id, environment_id, hostname, kind, deployment_id, verified_at, next_check_at)
SELECT bench_id(9, n), bench_id(3, p), bench_id(3, p), CASE WHEN n = p THEN 'project-' || p || '.example.com' ELSE 'www.customer-' || n || '.com' END,
  CASE WHEN n = p THEN 'generated' ELSE 'custom' END, bench_id(6, {projects} + p), CASE WHEN n > p THEN now() END, now() + interval '1 day'
FROM (SELECT n, n % {projects} AS p FROM generate_series(0, 10 * {projects} - 1) AS n) AS planned;

INSERT INTO edges (id, name, region) SELECT bench_id(10, n), 'edge-' || n, 'eu' FROM generate_series(0, {edges} - 1) AS n;

INSERT INTO api_tokens (id, kind, name, token_hash, user_id, node_id, edge_id)
SELECT bench_id(11, 0), 'user', 'bench', sha256('zwu_bench'::bytea), bench_id(1, 0), NULL::uuid, NULL::uuid
UNION ALL SELECT bench_id(11, 1000000 + n), 'node', 'node', sha256(('zwn_' || n)::bytea), NULL, bench_id(7, n), NULL FROM generate_series(0, {nodes} - 1) AS n
UNION ALL SELECT bench_id(11, 2000000 + n), 'edge', 'edge', sha256(('zwe_' || n)::bytea), NULL, NULL, bench_id(10, n) FROM generate_series(0, {edges} - 1) AS n;

UPDATE route_table SET version = 1000000, changes_since = 1000000;

RESET session_replication_role;
