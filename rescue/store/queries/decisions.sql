-- What decisions rested on, to be decided again; written with each decision by `save_decision`.

-- name: decisions_of
SELECT decision_id, decided_at, body, left_out FROM decisions WHERE incident_ids @> ARRAY[$1] ORDER BY decision_id;

-- name: parts
SELECT hash, body FROM decision_parts WHERE hash = ANY($1);

-- name: drop_decisions
-- The oldest first, a few at a time, so that nobody waits for it.
DELETE FROM decisions WHERE decision_id IN (
    SELECT decision_id FROM decisions WHERE decided_at < $1 ORDER BY decided_at LIMIT $2
);

-- name: drop_parts
-- A part is written again on each day on which it is used: one whose last day is past serves no decision that is kept.
DELETE FROM decision_parts WHERE used_at < $1::timestamptz - interval '2 days';
