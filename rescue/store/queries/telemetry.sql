-- What lifts changed to, in one partition a UTC day. Rows come by COPY; partitions by the functions of the migration.

-- name: days
-- The days that have a partition.
SELECT to_date(right(relname, 8), 'YYYYMMDD') AS day
FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
WHERE inhparent = 'telemetry'::regclass AND relname ~ '^telemetry_\d{8}$';

-- name: make_day
SELECT make_telemetry_day($1);

-- name: drop_day
-- Like make_day it gives up after half a second where somebody else holds the lock.
SELECT drop_telemetry_day($1);

-- name: list
-- One lift's changes from $2 until before $3, newest first; with $4 to $6, only those below that place in this order.
SELECT * FROM telemetry
WHERE lift_id = $1 AND at >= $2 AND at < $3
    AND ($4::timestamptz IS NULL OR (at, boot, seq) < ($4, $5::bigint, $6::bigint))
ORDER BY at DESC, boot DESC, seq DESC
LIMIT $7;
