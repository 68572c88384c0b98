-- name: CreateAuditEvent :exec
INSERT INTO audit_events (id, organisation_id, user_id, actor_kind, actor_id, token_id, action, subject_type, subject_id, details)
VALUES (@id, @organisation_id, @user_id, @actor_kind, @actor_id, @token_id, @action, @subject_type, @subject_id, @details);

-- name: ListAuditEvents :many
-- The audit events of an organisation, newest first. The filters that are not null all hold.
SELECT sqlc.embed(audit_events),
  coalesce(CASE coalesce(audit_events.actor_kind, 'user')
    WHEN 'user' THEN (SELECT users.name FROM users WHERE users.id = coalesce(audit_events.actor_id, audit_events.user_id))
    WHEN 'token' THEN (SELECT api_tokens.name FROM api_tokens WHERE api_tokens.id = audit_events.actor_id)
    WHEN 'node' THEN (SELECT nodes.name FROM nodes WHERE nodes.id = audit_events.actor_id)
    WHEN 'edge' THEN (SELECT edges.name FROM edges WHERE edges.id = audit_events.actor_id)
  END, '')::text AS actor_name,
  coalesce(CASE coalesce(audit_events.actor_kind, 'user')
    WHEN 'user' THEN (SELECT users.github_login FROM users WHERE users.id = coalesce(audit_events.actor_id, audit_events.user_id))
  END, '')::text AS actor_login
FROM audit_events
WHERE audit_events.organisation_id = @organisation_id::uuid AND audit_events.id < @before
  AND (sqlc.narg(actor_id)::uuid IS NULL OR coalesce(audit_events.actor_id, audit_events.user_id) = sqlc.narg(actor_id))
  AND (sqlc.narg(subject_id)::uuid IS NULL OR audit_events.subject_id = sqlc.narg(subject_id))
  AND (@actor_kind::text = '' OR coalesce(audit_events.actor_kind, CASE WHEN audit_events.user_id IS NULL THEN 'platform' ELSE 'user' END) = @actor_kind)
  AND (@subject_type::text = '' OR audit_events.subject_type = @subject_type)
  AND (coalesce(cardinality(@actions::text[]), 0) = 0 OR audit_events.action = ANY (@actions) OR split_part(audit_events.action, '.', 1) || '.' = ANY (@actions))
  AND (sqlc.narg(since)::timestamptz IS NULL OR audit_events.created_at >= sqlc.narg(since))
  AND (sqlc.narg(until)::timestamptz IS NULL OR audit_events.created_at < sqlc.narg(until))
ORDER BY audit_events.id DESC
LIMIT sqlc.arg(max_rows)::int;

-- name: ListAllAuditEvents :many
-- As ListAuditEvents, for operators: of all organisations and of what belongs to none.
SELECT sqlc.embed(audit_events),
  coalesce(CASE coalesce(audit_events.actor_kind, 'user')
    WHEN 'user' THEN (SELECT users.name FROM users WHERE users.id = coalesce(audit_events.actor_id, audit_events.user_id))
    WHEN 'token' THEN (SELECT api_tokens.name FROM api_tokens WHERE api_tokens.id = audit_events.actor_id)
    WHEN 'node' THEN (SELECT nodes.name FROM nodes WHERE nodes.id = audit_events.actor_id)
    WHEN 'edge' THEN (SELECT edges.name FROM edges WHERE edges.id = audit_events.actor_id)
  END, '')::text AS actor_name,
  coalesce(CASE coalesce(audit_events.actor_kind, 'user')
    WHEN 'user' THEN (SELECT users.github_login FROM users WHERE users.id = coalesce(audit_events.actor_id, audit_events.user_id))
  END, '')::text AS actor_login
FROM audit_events
WHERE audit_events.id < @before AND (sqlc.narg(organisation_id)::uuid IS NULL OR audit_events.organisation_id = sqlc.narg(organisation_id))
  AND (sqlc.narg(actor_id)::uuid IS NULL OR coalesce(audit_events.actor_id, audit_events.user_id) = sqlc.narg(actor_id))
  AND (sqlc.narg(subject_id)::uuid IS NULL OR audit_events.subject_id = sqlc.narg(subject_id))
  AND (@actor_kind::text = '' OR coalesce(audit_events.actor_kind, CASE WHEN audit_events.user_id IS NULL THEN 'platform' ELSE 'user' END) = @actor_kind)
  AND (@subject_type::text = '' OR audit_events.subject_type = @subject_type)
  AND (coalesce(cardinality(@actions::text[]), 0) = 0 OR audit_events.action = ANY (@actions) OR split_part(audit_events.action, '.', 1) || '.' = ANY (@actions))
  AND (sqlc.narg(since)::timestamptz IS NULL OR audit_events.created_at >= sqlc.narg(since))
  AND (sqlc.narg(until)::timestamptz IS NULL OR audit_events.created_at < sqlc.narg(until))
ORDER BY audit_events.id DESC
LIMIT sqlc.arg(max_rows)::int;
