-- The audit log. One writer at a time, whichever process it is in: each record is sealed onto the one before it.

-- name: take_audit_lock
-- Held to the end of the transaction.
SELECT pg_advisory_xact_lock($1);

-- name: last_record
SELECT record_id, hash FROM audit_log ORDER BY record_id DESC LIMIT 1;

-- name: append_records
INSERT INTO audit_log SELECT * FROM json_populate_recordset(NULL::audit_log, $1);

-- name: list_records
-- Newest first.
SELECT * FROM audit_log
WHERE ($1::timestamptz IS NULL OR at >= $1)
    AND ($2::timestamptz IS NULL OR at < $2)
    AND ($3::text IS NULL OR actor_name = $3)
    AND ($4::text IS NULL OR act = $4)
    AND ($5::text IS NULL OR subject = $5)
    AND ($6::bigint IS NULL OR record_id < $6)
ORDER BY record_id DESC
LIMIT $7;

-- name: records_after
-- For a check of the whole log, a part at a time.
SELECT * FROM audit_log WHERE record_id > $1 ORDER BY record_id LIMIT $2;

-- name: forget_records
-- The oldest first, so that what is left is still one chain; the table itself refuses what is younger than half a year.
DELETE FROM audit_log WHERE record_id IN (
    SELECT record_id FROM audit_log WHERE at < $1 ORDER BY record_id LIMIT $2
);
