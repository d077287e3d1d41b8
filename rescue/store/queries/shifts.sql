-- Who of the rescue centre is on shift, and what was done on one.

-- name: start_shift
-- Gives nothing back to whoever is on shift already.
INSERT INTO shifts (shift_id, operator, role, started_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (operator) WHERE ended_at IS NULL DO NOTHING
RETURNING *;

-- name: shift_of
SELECT * FROM shifts WHERE operator = $1 AND ended_at IS NULL;

-- name: find_shift
SELECT * FROM shifts WHERE shift_id = $1;

-- name: open_shifts
SELECT * FROM shifts WHERE ended_at IS NULL ORDER BY started_at, operator LIMIT $1;

-- name: end_shift
-- Once: who ended it first has ended it.
UPDATE shifts
SET ended_at = coalesce(ended_at, $2), ended_by = coalesce(ended_by, $3)
WHERE shift_id = $1
RETURNING *;

-- name: handled_on
-- On how many cases the operators of these shifts did anything while they lasted; shifts without any are left out.
SELECT shifts.shift_id, count(DISTINCT timeline.incident_id) AS handled
FROM shifts
JOIN timeline ON timeline.actor_kind = 'operator' AND timeline.actor_name = shifts.operator
    AND timeline.at >= shifts.started_at
    AND (shifts.ended_at IS NULL OR timeline.at <= shifts.ended_at)
WHERE shifts.shift_id = ANY($1)
    AND timeline.at >= $2
GROUP BY shifts.shift_id;
