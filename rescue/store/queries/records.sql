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

-- name: false_alarm_sources
-- The cases of people opened since $1 and before $2, by $3: `lift`, `building` or `company`; only sources that gave a
-- false alarm, the worst first. What was merged into another case is counted there.
WITH
cases AS (
    SELECT
        status, opened_at, lift_id, area,
        coalesce(body -> 'lift' ->> 'address', '') AS address,
        coalesce(body -> 'lift' ->> 'building', '') AS building,
        body -> 'lift' ->> 'company_id' AS company_id
    FROM incidents
    WHERE kind = 'entrapment' AND opened_at >= $1 AND opened_at < $2 AND body ->> 'merged_into_id' IS NULL
),
sources AS (
    SELECT
        CASE $3::text WHEN 'lift' THEN lift_id WHEN 'company' THEN company_id
            ELSE CASE WHEN address || building <> '' THEN concat_ws(' ', area, address, building) END END AS key,
        max(CASE $3::text WHEN 'company' THEN '' ELSE trim(concat_ws(' ', address, building)) END) AS label,
        count(*) AS cases,
        count(*) FILTER (WHERE status = 'false_alarm') AS false_alarms,
        max(opened_at) FILTER (WHERE status = 'false_alarm') AS last_at
    FROM cases
    GROUP BY 1
)
SELECT
    sources.key, coalesce(companies.name, sources.label) AS label,
    sources.cases, sources.false_alarms, sources.last_at
FROM sources LEFT JOIN companies ON $3 = 'company' AND companies.company_id = sources.key
WHERE sources.key IS NOT NULL AND sources.false_alarms > 0
ORDER BY sources.false_alarms DESC, sources.cases, sources.key
LIMIT $4;
