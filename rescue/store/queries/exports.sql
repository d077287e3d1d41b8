-- All that is kept of a case, for whoever takes it out of the house.

-- name: find_case
SELECT body FROM incidents WHERE incident_id = $1;

-- name: deliveries_of
-- What was sent about a case bears its id, or that of an attempt, which begins with it. Kept for `outbox_days`.
SELECT key, type, coalesce(endpoint_id, topic) AS "to", created_at, done_at AS ended_at, outcome, tries, status, error
FROM outbox
WHERE key ^@ $1
ORDER BY outbox_id;

-- name: recordings_of
SELECT taken_at, body::text AS body FROM black_boxes WHERE incident_id = $1 ORDER BY taken_at;
