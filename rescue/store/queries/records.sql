-- What only people and companies ask, through the API: the desk decides without any of it.

-- name: list_assignments
-- Newest first. Ids of one instant are told apart by the id, so that a page ends at one place and no other.
SELECT * FROM assignments
WHERE ($1::text IS NULL OR company_id = $1)
    AND ($2::text[] IS NULL OR status = ANY($2))
    AND ($3::text IS NULL OR (offered_at, assignment_id) < (
        SELECT offered_at, assignment_id FROM assignments WHERE assignment_id = $3
    ))
ORDER BY offered_at DESC, assignment_id DESC
LIMIT $4;

-- name: search_lifts
-- $4 is sought anywhere in what a person would say of a lift.
SELECT * FROM lifts
WHERE ($1::text IS NULL OR company_id = $1)
    AND ($2::text IS NULL OR rescue_code = $2)
    AND ($3::text IS NULL OR area = $3)
    AND ($4::text IS NULL OR strpos(lower(concat_ws(' ', lift_id, rescue_code, address, building)), lower($4)) > 0)
    AND ($5::text IS NULL OR lift_id > $5)
    AND ($7::text IS NULL OR attributes ->> 'vendor' = $7)
ORDER BY lift_id
LIMIT $6;

-- name: quarantine_of_vendor
-- Whose a message is stands in its topic: lifts/v1/{area}/{lift_id}/{channel}.
SELECT * FROM quarantine
WHERE split_part(topic, '/', 4) IN (SELECT lift_id FROM lifts WHERE attributes ->> 'vendor' = $1)
    AND topic LIKE 'lifts/%'
    AND ($2::bigint IS NULL OR id < $2)
ORDER BY id DESC
LIMIT $3;

-- name: count_cases
-- The cases opened since $1 by kind and where they stand, and how long a crew took from the opening, where one arrived.
SELECT
    kind,
    status,
    count(*) AS cases,
    count(body ->> 'arrived_at') AS arrivals,
    coalesce(sum(extract(epoch FROM (body ->> 'arrived_at')::timestamptz - opened_at)), 0)::float AS arrival_s
FROM incidents
WHERE opened_at >= $1
GROUP BY kind, status;
