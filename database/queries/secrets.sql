-- name: PutSecret :exec
-- Replaces the value that the subject had of that kind.
INSERT INTO secrets (id, kind, subject_id, organisation_id, value_sealed)
VALUES (@id, @kind, @subject_id, @organisation_id, @value_sealed)
ON CONFLICT (subject_id, kind) DO UPDATE SET value_sealed = excluded.value_sealed, organisation_id = excluded.organisation_id, created_at = now();

-- name: GetSecret :one
SELECT * FROM secrets WHERE subject_id = @subject_id AND kind = @kind;

-- name: DeleteSecret :exec
DELETE FROM secrets WHERE subject_id = @subject_id AND kind = @kind;
