-- What the tracker must know of each lift after a restart.

-- name: save
-- $1 lift ids, $2 their states as JSON, in the same order; a lift at most once.
INSERT INTO lift_states (lift_id, saved_at, body)
SELECT lift_id, $3, body::json FROM unnest($1::text[], $2::text[]) AS changed (lift_id, body)
ON CONFLICT (lift_id) DO UPDATE SET saved_at = excluded.saved_at, body = excluded.body;

-- name: load
-- The next $2 lifts after the lift $1.
SELECT lift_id, saved_at, body FROM lift_states WHERE lift_id > $1 ORDER BY lift_id LIMIT $2;
