-- What the auditor reads, in one snapshot. $1 and further instants are given, and every list has a limit.

-- name: forgotten_cases
-- Open cases without a deadline, or with one long past; not those that an offer still on its way goes on with.
SELECT number, next_by
FROM (
    SELECT incident_id, number, (
        SELECT min(deadline.by::timestamptz) FROM jsonb_each_text(body -> 'deadlines') AS deadline (name, by)
    ) AS next_by
    FROM incidents WHERE is_open
) AS ahead
WHERE (next_by IS NULL OR next_by < $1) AND NOT EXISTS (
    SELECT FROM assignments JOIN outbox USING (assignment_id)
    WHERE assignments.incident_id = ahead.incident_id AND outbox.done_at IS NULL AND outbox.expires_at >= $1
)
ORDER BY number
LIMIT $2;

-- name: open_versions
SELECT incident_id, version FROM incidents WHERE is_open ORDER BY number LIMIT $1;

-- name: late_effects
-- Not tried when they should have been: offers due before $1, others before $2.
SELECT outbox.outbox_id, outbox.type, outbox.due_at
FROM outbox LEFT JOIN webhooks ON webhooks.id = outbox.endpoint_id
WHERE outbox.done_at IS NULL AND webhooks.enabled IS NOT FALSE
    AND outbox.due_at < CASE WHEN outbox.type = 'assignment.offered' THEN $1::timestamptz ELSE $2 END
ORDER BY outbox.due_at
LIMIT $3;

-- name: crews_astray
-- A crew in two places, or held by a case that is over.
SELECT assignments.crew_id, count(*) AS places, bool_or(NOT incidents.is_open) AS is_over
FROM assignments JOIN incidents USING (incident_id)
WHERE assignments.status IN ('offered', 'accepted', 'en_route', 'on_scene')
GROUP BY assignments.crew_id
HAVING count(*) > 1 OR bool_or(NOT incidents.is_open)
ORDER BY assignments.crew_id
LIMIT $1;

-- name: alarms_without_a_case
-- Alarms taken in since $1 that no case knows; a case that ended since then was opened after $2, or is not looked at.
SELECT lift_id, number
FROM alarm_ledgers
WHERE seen_at > $1 AND NOT EXISTS (
    SELECT FROM incidents
    WHERE incidents.lift_id = alarm_ledgers.lift_id AND (incidents.is_open OR incidents.opened_at > $2)
        AND incidents.body -> 'alarms'
        @> jsonb_build_array(jsonb_build_object('number', alarm_ledgers.number, 'boot', alarm_ledgers.boot))
)
ORDER BY lift_id
LIMIT $3;

-- name: set_aside
-- Of the newest $3 rows of the quarantine, those since $1 whose topic begins with $2: the desk failed on them.
SELECT count(*)
FROM (SELECT topic, at FROM quarantine ORDER BY id DESC LIMIT $3) AS newest
WHERE starts_with(topic, $2) AND at > $1;

-- name: newest_effect_at
SELECT created_at FROM outbox ORDER BY outbox_id DESC LIMIT 1;
