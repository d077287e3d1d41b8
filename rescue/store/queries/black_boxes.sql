-- The recordings of the black box that were stored with cases.

-- name: put_recording
-- Trying again after an answer that was lost writes the same row.
INSERT INTO black_boxes (incident_id, taken_at, lift_id, body) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;

-- name: recordings_of
SELECT body FROM black_boxes WHERE incident_id = $1 ORDER BY taken_at;

-- name: find_incident_id
-- A case by what people call it: its id or its number.
SELECT incident_id FROM incidents WHERE incident_id = $1 OR number = $2::bigint;
