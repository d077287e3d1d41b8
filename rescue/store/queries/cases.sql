-- What is asked about cases, open and finished.

-- name: find_incident
SELECT body FROM incidents WHERE incident_id = $1;

-- name: last_entrapments_of
SELECT DISTINCT ON (lift_id) lift_id, body FROM incidents
WHERE lift_id = ANY($1) AND kind = 'entrapment' ORDER BY lift_id, number DESC;

-- name: find_assignment
SELECT * FROM assignments WHERE assignment_id = $1;

-- name: list_open_incidents
-- The gravest kind first, in the order of $9, and of one kind the newest first. A page begins after the case with the
-- number $7, wherever that stands now.
SELECT body FROM incidents
WHERE is_open
    AND ($1::text IS NULL OR kind = $1)
    AND ($2::text IS NULL OR area = $2)
    AND ($3::timestamptz IS NULL OR opened_at >= $3)
    AND ($4::timestamptz IS NULL OR opened_at < $4)
    AND ($5::text IS NULL OR EXISTS (
        SELECT FROM assignments AS asked WHERE asked.company_id = $5 AND asked.incident_id = incidents.incident_id
    ))
    AND ($6::text IS NULL OR body ->> 'parent_id' = $6)
    AND ($7::bigint IS NULL OR (array_position($9::text[], kind), -number) > (
        SELECT array_position($9::text[], kind), -number FROM incidents WHERE number = $7
    ))
ORDER BY array_position($9::text[], kind), number DESC
LIMIT $8;

-- name: list_incidents
-- The newest first: finished cases, and with $9 open ones. They are two branches, each with an index of its own,
-- because the few open ones must not be sought among years of finished ones.
(
    SELECT body, number FROM incidents
    WHERE $9 AND is_open
        AND ($1::text IS NULL OR kind = $1)
        AND ($2::text IS NULL OR area = $2)
        AND ($3::timestamptz IS NULL OR opened_at >= $3)
        AND ($4::timestamptz IS NULL OR opened_at < $4)
        AND ($5::text IS NULL OR EXISTS (
            SELECT FROM assignments AS asked WHERE asked.company_id = $5 AND asked.incident_id = incidents.incident_id
        ))
        AND ($6::text IS NULL OR body ->> 'parent_id' = $6)
        AND ($7::bigint IS NULL OR number < $7)
    ORDER BY number DESC LIMIT $8
)
UNION ALL
(
    SELECT body, number FROM incidents
    WHERE NOT is_open
        AND ($1::text IS NULL OR kind = $1)
        AND ($2::text IS NULL OR area = $2)
        AND ($3::timestamptz IS NULL OR opened_at >= $3)
        AND ($4::timestamptz IS NULL OR opened_at < $4)
        AND ($5::text IS NULL OR EXISTS (
            SELECT FROM assignments AS asked WHERE asked.company_id = $5 AND asked.incident_id = incidents.incident_id
        ))
        AND ($6::text IS NULL OR body ->> 'parent_id' = $6)
        AND ($7::bigint IS NULL OR number < $7)
    ORDER BY number DESC LIMIT $8
)
ORDER BY number DESC LIMIT $8;

-- name: assignments_of
SELECT * FROM assignments WHERE incident_id = $1 ORDER BY attempt;

-- name: members_of
SELECT * FROM outage_members
WHERE parent_id = $1 AND ($2::text IS NULL OR lift_id COLLATE "C" > $2)
ORDER BY lift_id COLLATE "C"
LIMIT $3;

-- name: timeline_of
SELECT * FROM timeline WHERE incident_id = $1 ORDER BY seq;
