-- Fills a migrated database as a large platform would: 10,000 projects of 1,000 organisations, 100,000 deployments, 20,000 VMs on
-- 1,000 nodes, 100,000 domains, 100 edges. The plans of queries are tested on it.
--
-- A project is p, its deployments are p, 10000 + p … 90000 + p, the youngest last. Of a hundred projects 97 have their youngest
-- deployment live; of the others one is deploying it, one has it failed, and one was never live. Times that must not grow old
-- while the test runs lie ahead.

-- Ids of rows of one kind rise with n, as UUIDv7 rise with time.
CREATE FUNCTION seed_id(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (lpad(to_hex(1790000000000 + n), 12, '0') || '7' || lpad(to_hex(kind), 3, '0') || '8000' || lpad(to_hex(n), 12, '0'))::uuid
$$;

INSERT INTO users (id, email, name, operator)
SELECT seed_id(1, n), 'user' || n || '@example.com', 'User ' || n, n = 0 FROM generate_series(0, 1999) AS n;

INSERT INTO organisations (id, slug, name) SELECT seed_id(2, n), 'organisation-' || n, 'Organisation ' || n FROM generate_series(0, 999) AS n;

INSERT INTO organisation_members (organisation_id, user_id, role)
SELECT seed_id(2, n % 1000), seed_id(1, n), 'owner' FROM generate_series(0, 1999) AS n
UNION ALL SELECT seed_id(2, n), seed_id(1, 0), 'developer' FROM generate_series(1, 9) AS n;

INSERT INTO projects (id, organisation_id, name, slug, repository_url, instances, auto_deploy, last_seen_commit, polled_at, instances_changed_at, deleted_at)
SELECT seed_id(3, p), seed_id(2, p % 1000), 'project-' || p, 'project-' || p, 'https://example.com/project-' || p, 2, p % 100 <> 1, md5('commit' || p),
  CASE WHEN p % 50 = 0 THEN now() - interval '1 minute' ELSE now() + p % 300 * interval '1 second' + interval '5 minutes' END,
  CASE WHEN p % 2000 = 3 THEN now() END, CASE WHEN p % 1000 = 5 THEN now() - interval '1 day' END
FROM generate_series(0, 9999) AS p;

UPDATE projects SET poll_due_at = polled_at;

-- The GitHub App is installed for each organisation, which has five of its projects there, and for one of them 500 repositories without a project.
INSERT INTO github_installations (id, installation_id, app_id, account_id, account_login, account_kind, organisation_id, polled_at, poll_due_at, sweep_due_at)
SELECT seed_id(20, n), n, 1, n, 'account-' || n, 'organization', seed_id(2, n), now() - interval '5 seconds',
  CASE WHEN n % 50 = 0 THEN now() - interval '1 second' ELSE now() + interval '5 minutes' END, now() + interval '10 minutes'
FROM generate_series(0, 999) AS n;

INSERT INTO github_repositories (id, organisation_id, installation_id, repository_id, node_id, full_name, default_branch, looked_at, seen_pushed_at, is_settled)
SELECT seed_id(21, p), seed_id(2, p % 1000), seed_id(20, p % 1000), p, 'R_' || p, 'account-' || p % 1000 || '/project-' || p, 'main',
  now(), now() - interval '1 day', p % 1000 <> 7
FROM generate_series(5000, 9999) AS p
UNION ALL
SELECT seed_id(21, 20000 + n), seed_id(2, 10), seed_id(20, 10), 20000 + n, 'R_' || 20000 + n, 'account-10/other-' || n, 'main', now(), now(), true
FROM generate_series(0, 499) AS n;

UPDATE projects SET github_repository_id = github_repositories.id FROM github_repositories WHERE github_repositories.id = seed_id(21, repository_id)
  AND projects.id = seed_id(3, repository_id);

-- Some organisations have looked at repositories.
INSERT INTO detections (id, organisation_id, repository_url, branch, state)
SELECT seed_id(22, n), seed_id(2, n % 1000), 'https://example.com/' || n, 'main', CASE WHEN n < 9000 THEN 'succeeded' ELSE 'queued' END
FROM generate_series(0, 9999) AS n;

-- Production, which a trigger has made where triggers fire, and of some projects two previews.
INSERT INTO environments (id, project_id, kind, slug, branch, last_seen_commit, deleted_at)
SELECT projects.id, projects.id, 'production', 'production', projects.branch, projects.last_seen_commit, projects.deleted_at FROM projects
ON CONFLICT (id) DO UPDATE SET last_seen_commit = excluded.last_seen_commit;

INSERT INTO environments (id, project_id, kind, slug, branch, expires_at)
SELECT seed_id(15, n), seed_id(3, 1000 + n % 1000), 'preview', 'feature-' || n, 'feature-' || n, now() + n * interval '1 minute' + interval '1 hour'
FROM generate_series(0, 1999) AS n;

INSERT INTO branches (project_id, name, commit_sha)
SELECT seed_id(3, 1000 + n % 1000), 'branch-' || n, md5('commit' || n) FROM generate_series(0, 9999) AS n;

INSERT INTO environment_variables (id, project_id, name, value_sealed)
SELECT seed_id(4, n), seed_id(3, n % 10000), 'NAME_' || n / 10000, '\x00' FROM generate_series(0, 19999) AS n;

INSERT INTO images (id, project_id, repository, digest, size_bytes)
SELECT seed_id(5, n), seed_id(3, n % 10000), 'project-' || n % 10000, 'sha256:' || n, 100000000 FROM generate_series(0, 99999) AS n
WHERE n / 10000 % 2 = 1 AND n < 90000 OR n >= 90000 AND n % 100 <> 97;

INSERT INTO deployments (
  id, project_id, environment_id, state, step, trigger, branch, commit_sha, image_digest, image_id, environment_sealed, route_version, created_by, created_at,
  started_at, ended_at, retired_at, warm_until
)
SELECT seed_id(6, n), seed_id(3, p), seed_id(3, p), state,
  CASE WHEN state = 'deploying' THEN CASE p / 100 % 2 WHEN 0 THEN 'build' ELSE 'health_check' END WHEN state = 'failed' THEN 'build' ELSE 'flip_route' END,
  'push', 'main', md5('commit' || n), images.digest, images.id, '\x00', CASE WHEN state IN ('live', 'retired') THEN n END, NULL, made, made,
  CASE WHEN state <> 'deploying' THEN made + interval '1 minute' END, CASE WHEN state = 'retired' THEN made + interval '1 day' END,
  CASE WHEN state = 'retired' AND k = 8 AND p < 50 THEN now() + interval '5 minutes' END
FROM (
  SELECT n, n % 10000 AS p, n / 10000 AS k, now() - interval '30 days' + n * interval '25 seconds' AS made,
    CASE
      WHEN n % 100 = 99 OR n / 10000 % 4 = 2 THEN 'failed'
      WHEN n % 1000 = 5 THEN 'retired'
      WHEN n >= 90000 THEN CASE n % 100 WHEN 97 THEN 'deploying' WHEN 98 THEN 'failed' ELSE 'live' END
      WHEN n >= 80000 AND n % 100 IN (97, 98) THEN 'live'
      ELSE 'retired'
    END AS state
  FROM generate_series(0, 99999) AS n
) AS planned
LEFT JOIN images ON images.id = seed_id(5, n);

-- What is live, by project.
CREATE TEMPORARY TABLE live AS
SELECT p, CASE WHEN p % 100 < 97 THEN 90000 + p ELSE 80000 + p END AS n FROM generate_series(0, 9999) AS p WHERE p % 100 <> 99 AND p % 1000 <> 5;

INSERT INTO nodes (id, name, region, prefix, state, cpu_millis, memory_bytes, runtime, version, capabilities, last_seen_at)
SELECT seed_id(7, n), 'node-' || n, 'eu', ('10.' || n / 256 || '.' || n % 256 || '.0/24')::cidr, CASE WHEN n IN (1, 2) THEN 'draining' ELSE 'ready' END,
  64000, 274877906944, 'kata', '1', '{release}', CASE WHEN n = 3 THEN now() - interval '10 minutes' ELSE now() + interval '5 minutes' END
FROM generate_series(0, 999) AS n;

-- A VM n stands on node n % 1000.
INSERT INTO vms (
  id, deployment_id, node_id, kind, ip, port, cpu_millis, memory_bytes, state, desired_state, exit_code, created_at, started_at, healthy_at, removed_at, ip_released_at,
  unhealthy_for
)
SELECT seed_id(8, n), seed_id(6, deployment), seed_id(7, n % 1000), kind, ('10.' || n % 1000 / 256 || '.' || n % 1000 % 256 || '.' || 2 + n / 1000 % 250)::inet,
  CASE kind WHEN 'app' THEN 8080 ELSE 0 END, 1000, 536870912, state, desired, CASE kind WHEN 'release' THEN 0 END, now() - interval '1 day', now(), now(), removed,
  CASE WHEN removed < now() - interval '1 minute' THEN removed END, CASE state WHEN 'unhealthy' THEN interval '20 minutes' ELSE '0' END
FROM (
  SELECT p * 2 + i AS n, live.n AS deployment, 'app' AS kind,
    CASE WHEN p % 2000 = 7 AND i = 0 THEN 'failed' WHEN p % 2000 = 9 AND i = 0 THEN 'unhealthy' ELSE 'healthy' END AS state,
    CASE WHEN p % 2000 = 8 AND i = 0 THEN 'draining' ELSE 'running' END AS desired, NULL::timestamptz AS removed
  FROM live, generate_series(0, 1) AS i
  -- Retired ones that are kept warm.
  UNION ALL SELECT 20000 + p * 2 + i, 80000 + p, 'app', 'healthy', 'running', NULL FROM generate_series(0, 49) AS p, generate_series(0, 1) AS i
  -- Those of deployments on their way.
  UNION ALL SELECT 20200 + p / 100 * 2 + i, 90000 + p, 'app', 'starting', 'running', NULL
  FROM generate_series(197, 9999, 200) AS p, generate_series(0, 1) AS i
  -- Gone, with addresses that rest.
  UNION ALL SELECT 30000 + i, 70000 + i, 'app', 'removed', 'stopped', now() - interval '10 seconds' FROM generate_series(0, 199) AS i
  -- Gone long ago.
  UNION ALL SELECT 100000 + i, 30000 + i, 'app', 'removed', 'stopped', now() - interval '2 days' FROM generate_series(0, 49999) AS i
  UNION ALL SELECT 200000 + i, 90000 + i, 'release', 'removed', 'stopped', now() - interval '1 day' FROM generate_series(0, 199) AS i
) AS planned;

INSERT INTO domains (id, project_id, environment_id, hostname, kind, deployment_id, verified_at, next_check_at)
SELECT seed_id(9, domain.n), seed_id(3, domain.n % 10000), seed_id(3, domain.n % 10000),
  CASE WHEN domain.n < 10000 THEN 'project-' || domain.n || '.example.com' ELSE 'www.customer-' || domain.n || '.com' END,
  CASE WHEN domain.n < 10000 THEN 'generated' ELSE 'custom' END, seed_id(6, live.n),
  CASE WHEN domain.n >= 10000 THEN now() END, now() + interval '1 hour'
FROM generate_series(0, 99999) AS domain(n) LEFT JOIN live ON live.p = domain.n % 10000;

INSERT INTO domains (id, project_id, environment_id, hostname, kind)
SELECT seed_id(9, 100000 + n), seed_id(3, 1000 + n % 1000), seed_id(15, n), 'preview-' || n || '.example.com', 'generated'
FROM generate_series(0, 1999) AS n;

INSERT INTO edges (id, name, region, acknowledged_version, last_seen_at)
SELECT seed_id(10, n), 'edge-' || n, 'eu', 100000, now() + interval '5 minutes' FROM generate_series(0, 99) AS n;

INSERT INTO certificates (id, domain_id, hostname, source, state, chain, not_before, not_after, next_at)
SELECT seed_id(9, n), seed_id(9, n), 'www.customer-' || n || '.com', 'acme', 'active', 'chain', now(), now() + interval '90 days', now() + interval '1 hour'
FROM generate_series(11000, 30999) AS n;

INSERT INTO certificate_table (id, version) VALUES (1, 1000);
UPDATE route_table SET version = 100000, changes_since = 100000;
INSERT INTO control_plane (id, answering_since, answered_at) VALUES (1, now() - interval '1 hour', now() + interval '5 minutes');

INSERT INTO api_tokens (id, kind, name, token_hash, user_id, node_id, edge_id)
SELECT seed_id(11, n), 'user', 'cli', sha256(('user' || n)::bytea), seed_id(1, n % 2000), NULL::uuid, NULL::uuid FROM generate_series(0, 3999) AS n
UNION ALL SELECT seed_id(11, 10000 + n), 'node', 'node', sha256(('node' || n)::bytea), NULL, seed_id(7, n), NULL FROM generate_series(0, 999) AS n
UNION ALL SELECT seed_id(11, 20000 + n), 'edge', 'edge', sha256(('edge' || n)::bytea), NULL, NULL, seed_id(10, n) FROM generate_series(0, 99) AS n;

INSERT INTO idempotency_keys (token_id, key, request_hash, resource_id)
SELECT seed_id(11, n), 'key-' || n, '\x00', seed_id(6, n) FROM generate_series(0, 1999) AS n;

-- The steps of each project's youngest deployment.
INSERT INTO deployment_steps (id, deployment_id, step, attempt, state, worker, started_at, ended_at)
SELECT seed_id(12, n), seed_id(6, 90000 + n / 8), (ARRAY['clone', 'detect', 'build', 'push', 'release', 'schedule', 'health_check', 'flip_route'])[n % 8 + 1], 1,
  CASE WHEN n / 8 % 100 = 97 AND n % 8 = 7 THEN 'running' ELSE 'succeeded' END, 'worker-' || n % 10, now(), now()
FROM generate_series(0, 79999) AS n;

INSERT INTO build_logs (deployment_id, step, stream, line, logged_at)
SELECT seed_id(6, 90000 + CASE WHEN n < 20000 THEN n % 100 ELSE 100 END), 'build', 'stdout', 'line ' || n, now() - interval '1 hour'
FROM generate_series(0, 29999) AS n;

INSERT INTO build_log_groups (deployment_id, attempt_id, number, name, state, started_at, ended_at)
SELECT seed_id(6, 90000 + n % 101), seed_id(12, 8 * (n % 101) + 2), n / 101 + 1, 'RUN ' || n, 'done', now(), now() FROM generate_series(0, 2019) AS n;

INSERT INTO build_log_runs (deployment_id, first_line, last_line, group_number)
SELECT seed_id(6, 90000 + n % 101), 2 * (n / 101) + 1, 2 * (n / 101) + 2, n / 101 % 20 + 1 FROM generate_series(0, 20199) AS n;

-- Of one app very much, then of every VM a little, then of another app very much.
INSERT INTO runtime_logs (deployment_id, vm_id, sequence, stream, line, logged_at)
SELECT seed_id(6, 90000), seed_id(8, 0), 100 + n, 'stdout', 'line ' || n, now() - interval '1 hour' FROM generate_series(0, 9999) AS n;

INSERT INTO runtime_logs (deployment_id, vm_id, sequence, stream, line, logged_at)
SELECT vms.deployment_id, vms.id, n, 'stdout', 'line ' || n, now() FROM vms, generate_series(1, 2) AS n WHERE vms.removed_at IS NULL;

INSERT INTO runtime_logs (deployment_id, vm_id, sequence, stream, line, logged_at)
SELECT seed_id(6, 90001), seed_id(8, 2), 100 + n, 'stdout', 'line ' || n, now() FROM generate_series(0, 9999) AS n;

-- Of one project very many requests, and of another one some, today and yesterday.
INSERT INTO request_logs (project_id, at, id, kind, environment_id, deployment_id, region, method, host, path, status, duration_us, first_byte_us, bytes_out, attempts, interrupted, request_id, dropped)
SELECT seed_id(3, of.project), now() - of.age - n * interval '1 millisecond', gen_random_uuid(), 'request', seed_id(3, of.project), seed_id(6, 90000 + of.project), 'here', 'GET', 'a.example.com', '/',
  CASE WHEN n % 100 = 0 THEN 500 ELSE 200 END, 1000, 900, 5, 1, false, '', 0
FROM (VALUES (1, 20000, interval '0'), (1010, 500, interval '24 hours'), (1010, 500, interval '0')) AS of (project, rows, age), generate_series(1, of.rows) AS n;

INSERT INTO audit_events (id, organisation_id, user_id, action, subject_type, subject_id, details)
SELECT seed_id(13, n), seed_id(2, n % 1000), seed_id(1, n % 1000), 'project.update', 'project', seed_id(3, n % 10000), '{}' FROM generate_series(0, 19999) AS n;

INSERT INTO project_events (id, project_id, deployment_id, kind, message)
SELECT seed_id(14, n), seed_id(3, n % 10000), seed_id(6, 90000 + n % 10000), 'replaced', 'One VM was replaced.' FROM generate_series(0, 19999) AS n;

INSERT INTO resting_prefixes (prefix) SELECT ('10.200.' || n || '.0/24')::cidr FROM generate_series(0, 9) AS n;

-- Jobs that are done, and one for each deployment on its way.
INSERT INTO river.river_job (state, attempt, args, attempted_by, kind, queue, finalized_at)
SELECT 'completed', 1, jsonb_build_object('deployment_id', seed_id(6, 90000 + n)),
  ARRAY['worker-' || n % 10], (ARRAY['deploy.clone', 'deploy.build', 'deploy.flip_route', 'retire'])[n % 4 + 1], 'default', now() - interval '1 hour'
FROM generate_series(0, 4999) AS n;

INSERT INTO river.river_job (state, attempt, args, attempted_by, kind, queue)
SELECT CASE WHEN p % 200 = 97 THEN 'available' ELSE 'running' END::river.river_job_state, 1,
  jsonb_build_object('deployment_id', seed_id(6, 90000 + p)), ARRAY['worker-' || p % 10], CASE WHEN p % 200 = 97 THEN 'deploy.build' ELSE 'deploy.health_check' END, 'default'
FROM generate_series(97, 9999, 100) AS p WHERE p > 1000;

INSERT INTO river.river_leader (elected_at, expires_at, leader_id, name) VALUES (now(), now() + interval '1 hour', 'worker-1', 'default');

INSERT INTO workers (id, name, version, slots, buildkit_address) SELECT seed_id(25, n), 'worker-' || n, '1', '{"build": 2}', '' FROM generate_series(0, 19) AS n;

-- Each node has looked, and found five images on its disk.
INSERT INTO leak_looks (id, node_id, kind, looked_at, found) SELECT seed_id(23, n), seed_id(7, n), 'image', now(), 5 FROM generate_series(0, 999) AS n;
INSERT INTO leaks (id, look_id, name, detail) SELECT seed_id(24, n), seed_id(23, n % 1000), 'image-' || n, 'No VM uses it.' FROM generate_series(0, 4999) AS n;

DROP TABLE live;

-- The pull requests of a hundred projects have previews. GitHub is behind with a few deployments and comments.
UPDATE projects SET pull_request_previews = true
FROM github_repositories WHERE github_repositories.id = projects.github_repository_id AND github_repositories.repository_id BETWEEN 5000 AND 5099;

UPDATE deployments SET github_reported = state FROM projects WHERE projects.id = deployments.project_id AND projects.github_repository_id IS NOT NULL;
UPDATE deployments SET github_reported = '' FROM generate_series(96000, 96019) AS n, projects
WHERE deployments.id = seed_id(6, n) AND projects.id = deployments.project_id AND projects.github_repository_id IS NOT NULL;
UPDATE environments SET comment_due_at = now() - interval '1 minute' FROM generate_series(0, 9) AS n WHERE environments.id = seed_id(15, n);

-- Measures of some projects, minute by minute, two VMs each.
INSERT INTO traffic
SELECT 60, seed_id(3, 1000 + p), date_trunc('minute', now()) - m * interval '1 minute', seed_id(6, 91000 + p), seed_id(3, 1000 + p), 0, 1, 0, 0, 0, 0, '{0, 1}', 1, 1, 1
FROM generate_series(0, 60) AS m, generate_series(0, 99) AS p;

INSERT INTO usage
SELECT 60, seed_id(3, 1000 + p / 2), date_trunc('minute', now()) - m * interval '1 minute', seed_id(6, 91000 + p / 2), seed_id(8, 2000 + p), seed_id(3, 1000 + p / 2),
  60000, 1, 1, 1, 1, 1, 0
FROM generate_series(0, 60) AS m, generate_series(0, 199) AS p;

-- Previews fall asleep, and the production of some projects, half of which have requests; of a few it sleeps.
UPDATE environments SET sleep_after_minutes = 15 WHERE kind = 'preview';
UPDATE environments SET sleep_after_minutes = 15 FROM generate_series(1000, 1199) AS n WHERE environments.id = seed_id(3, n);
UPDATE environments SET asleep_since = now() FROM generate_series(1190, 1199) AS n WHERE environments.id = seed_id(3, n);

-- Every organisation has two channels. Each was told of the last deployment of each of its projects, and once of that before.
INSERT INTO notification_channels (id, organisation_id, kind, name, address)
SELECT seed_id(25, n), seed_id(2, n % 1000), 'webhook', 'channel-' || n, 'https://example.com/' || n FROM generate_series(0, 1999) AS n;

INSERT INTO notification_deliveries (id, channel_id, event, deployment_id, environment_id, state, created_at, ended_at)
SELECT seed_id(26, n), seed_id(25, n % 10000 % 1000 + n / 10000 % 2 * 1000), 'failed', seed_id(6, 80000 + n / 20000 * 10000 + n % 10000), seed_id(3, n % 10000),
  'delivered', now() - interval '1 hour' + n / 20000 * interval '1 minute', now()
FROM generate_series(0, 39999) AS n;
