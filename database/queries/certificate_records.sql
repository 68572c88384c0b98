-- name: PutCertificateRecord :exec
-- Notes a TXT record that is about to be made for an order.
INSERT INTO certificate_records (value, name, certificate_id) VALUES (@value, @name, @certificate_id::uuid)
ON CONFLICT (value) DO UPDATE SET certificate_id = excluded.certificate_id;

-- name: ListCertificateRecords :many
-- The TXT records of an order.
SELECT * FROM certificate_records WHERE certificate_id = @certificate_id::uuid ORDER BY value;

-- name: ListLeftCertificateRecords :many
-- The TXT records that no order needs any more.
SELECT certificate_records.* FROM certificate_records LEFT JOIN certificates ON certificates.id = certificate_records.certificate_id
WHERE certificates.id IS NULL OR certificates.step = 'order' ORDER BY certificate_records.value;

-- name: DeleteCertificateRecord :exec
DELETE FROM certificate_records WHERE value = $1;
