-- name: CreateAuditEvent :exec
INSERT INTO audit_events (id, organisation_id, user_id, action, subject_type, subject_id, details)
VALUES (@id, @organisation_id, @user_id, @action, @subject_type, @subject_id, @details);

-- name: ListAuditEvents :many
SELECT * FROM audit_events
WHERE organisation_id = @organisation_id::uuid AND id < @before
ORDER BY id DESC
LIMIT sqlc.arg(max_rows)::int;
