-- What arrivals have taught the travel times, and the drives it is learned of.

-- name: lessons
SELECT * FROM travel_lessons ORDER BY learned_at;

-- name: put_lesson
INSERT INTO travel_lessons (learned_at, basis, since_at, body) VALUES ($1, $2, $3, $4)
ON CONFLICT (learned_at) DO UPDATE SET basis = excluded.basis, since_at = excluded.since_at, body = excluded.body;

-- name: forget_lessons
-- A lesson ended when the next was learned.
DELETE FROM travel_lessons AS old
WHERE EXISTS (SELECT FROM travel_lessons AS next WHERE next.learned_at > old.learned_at AND next.learned_at <= $1);

-- name: drives_since
-- Of crews that were asked since $1, accepted and reported their arrival, at most $2: the newest. The estimate is the
-- one that was asked with, in the timeline: a crew that accepts may put its own word in its place.
SELECT offered_at, lon, lat, promised_s, took_s
FROM (
    SELECT
        offered_at,
        (body -> 'lift' -> 'position' ->> 'lon')::float AS lon,
        (body -> 'lift' -> 'position' ->> 'lat')::float AS lat,
        promised_s,
        extract(epoch FROM on_scene_at - accepted_at)::float AS took_s
    FROM assignments
    JOIN incidents USING (incident_id)
    CROSS JOIN LATERAL (
        SELECT (data ->> 'eta_s')::float AS promised_s
        FROM timeline
        WHERE timeline.incident_id = assignments.incident_id
            AND at = offered_at
            AND data ->> 'others' IS NOT NULL
            AND (data ->> 'attempt')::integer = attempt
            AND data ->> 'crew_id' = crew_id
            AND data ->> 'eta_s' IS NOT NULL
    ) AS asked
    WHERE offered_at >= $1 AND accepted_at IS NOT NULL AND on_scene_at IS NOT NULL
    ORDER BY offered_at DESC
    LIMIT $2
) AS newest
WHERE lon IS NOT NULL AND lat IS NOT NULL
ORDER BY offered_at;
