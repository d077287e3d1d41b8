-- Seals over the heads of all timelines, and the walk through every case that looks whether they hold.

-- name: last_seal
SELECT * FROM seals ORDER BY number DESC LIMIT 1;

-- name: grown_since
-- The head of each timeline with an entry later than $1, unless the newest seal that covers it has it so already.
SELECT grown.incident_id, grown.entries, grown.head
FROM (
    SELECT DISTINCT ON (incident_id) incident_id, seq AS entries, hash AS head
    FROM timeline
    WHERE $1::timestamptz IS NULL OR at > $1
    ORDER BY incident_id, seq DESC
) AS grown
LEFT JOIN LATERAL (
    SELECT entries FROM sealed_heads WHERE sealed_heads.incident_id = grown.incident_id ORDER BY number DESC LIMIT 1
) AS sealed ON true
WHERE sealed.entries IS DISTINCT FROM grown.entries;

-- name: put_seal
INSERT INTO seals (number, sealed_at, previous, digest, key_id, signature) VALUES ($1, $2, $3, $4, $5, $6);

-- name: put_heads
INSERT INTO sealed_heads (number, incident_id, entries, head)
SELECT $1, head.incident_id, head.entries, head.head
FROM unnest($2::text[], $3::integer[], $4::text[]) AS head (incident_id, entries, head);

-- name: count_cases
SELECT count(*) FROM incidents;

-- name: cases_after
SELECT incident_id, number, (body ->> 'entries')::integer AS entries, body ->> 'head' AS head
FROM incidents WHERE incident_id > $1 ORDER BY incident_id LIMIT $2;

-- name: timelines_of
SELECT * FROM timeline WHERE incident_id = ANY($1) ORDER BY incident_id, seq;

-- name: seals_of
SELECT number, incident_id, entries, head FROM sealed_heads WHERE incident_id = ANY($1) ORDER BY number;

-- name: cases_gone
-- Sealed once, and no longer there.
SELECT DISTINCT incident_id FROM sealed_heads
WHERE NOT EXISTS (SELECT FROM incidents WHERE incidents.incident_id = sealed_heads.incident_id)
ORDER BY incident_id LIMIT 100;

-- name: seals_after
SELECT * FROM seals WHERE number > $1 ORDER BY number LIMIT $2;

-- name: heads_of
SELECT incident_id, entries, head FROM sealed_heads WHERE number = $1;
