-- What is asked about cases, open and finished.

-- name: find_incident
SELECT body FROM incidents WHERE incident_id = $1;

-- name: list_incidents
-- The newest first. Open and finished cases are two branches, each with an index of its own, because the few open ones
-- must not be sought among years of finished ones; a branch that is not wanted is not executed.
(
    SELECT body, number FROM incidents
    WHERE $1 <> 'closed' AND is_open
        AND ($2::text IS NULL OR area = $2)
        AND ($3::timestamptz IS NULL OR opened_at >= $3)
        AND ($4::timestamptz IS NULL OR opened_at < $4)
        AND ($5::text IS NULL OR EXISTS (
            SELECT FROM assignments AS asked WHERE asked.company_id = $5 AND asked.incident_id = incidents.incident_id
        ))
        AND ($6::bigint IS NULL OR number < $6)
    ORDER BY number DESC LIMIT $7
)
UNION ALL
(
    SELECT body, number FROM incidents
    WHERE $1 <> 'open' AND NOT is_open
        AND ($2::text IS NULL OR area = $2)
        AND ($3::timestamptz IS NULL OR opened_at >= $3)
        AND ($4::timestamptz IS NULL OR opened_at < $4)
        AND ($5::text IS NULL OR EXISTS (
            SELECT FROM assignments AS asked WHERE asked.company_id = $5 AND asked.incident_id = incidents.incident_id
        ))
        AND ($6::bigint IS NULL OR number < $6)
    ORDER BY number DESC LIMIT $7
)
ORDER BY number DESC LIMIT $7;

-- name: assignments_of
SELECT * FROM assignments WHERE incident_id = $1 ORDER BY attempt;

-- name: members_of
SELECT * FROM outage_members WHERE parent_id = $1 ORDER BY lift_id COLLATE "C";

-- name: timeline_of
SELECT * FROM timeline WHERE incident_id = $1 ORDER BY seq;
