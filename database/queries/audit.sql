-- name: CreateAuditEvent :exec
INSERT INTO audit_events (id, organisation_id, user_id, actor_kind, actor_id, token_id, action, subject_type, subject_id, details)
VALUES (@id, @organisation_id, @user_id, @actor_kind, @actor_id, @token_id, @action, @subject_type, @subject_id, @details);

-- name: ListAuditEvents :many
-- The audit events of an organisation, newest first. The filters that are not null all hold.
SELECT * FROM audit_events
WHERE organisation_id = @organisation_id::uuid AND id < @before
  AND (sqlc.narg(actor_id)::uuid IS NULL OR coalesce(actor_id, user_id) = sqlc.narg(actor_id))
  AND (sqlc.narg(subject_id)::uuid IS NULL OR subject_id = sqlc.narg(subject_id))
  AND (sqlc.narg(since)::timestamptz IS NULL OR created_at >= sqlc.narg(since))
  AND (sqlc.narg(until)::timestamptz IS NULL OR created_at < sqlc.narg(until))
ORDER BY id DESC
LIMIT sqlc.arg(max_rows)::int;

-- name: ListAllAuditEvents :many
-- As ListAuditEvents, for operators: of all organisations and of what belongs to none.
SELECT * FROM audit_events
WHERE id < @before AND (sqlc.narg(organisation_id)::uuid IS NULL OR organisation_id = sqlc.narg(organisation_id))
  AND (sqlc.narg(actor_id)::uuid IS NULL OR coalesce(actor_id, user_id) = sqlc.narg(actor_id))
  AND (sqlc.narg(subject_id)::uuid IS NULL OR subject_id = sqlc.narg(subject_id))
  AND (sqlc.narg(since)::timestamptz IS NULL OR created_at >= sqlc.narg(since))
  AND (sqlc.narg(until)::timestamptz IS NULL OR created_at < sqlc.narg(until))
ORDER BY id DESC
LIMIT sqlc.arg(max_rows)::int;
