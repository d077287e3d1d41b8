-- Carrying effects out. What is queued, and what becomes moot, is part of a decision: see desk.sql.

-- name: due
-- What waits for an endpoint that is switched off stays where it is. Who may be told what is looked at now, and not when
-- it was decided: whether the case is over, and whether a case that goes on still concerns the company, as the
-- contractor of its lifts or as the one whose crew is asked or goes.
SELECT
    outbox.*,
    webhooks.url,
    CASE WHEN webhooks.old_secret_until <= $1 THEN webhooks.secrets[1:1] ELSE webhooks.secrets END AS secrets,
    incidents.is_open IS FALSE AS is_over,
    outbox.type <> 'incident.updated' OR incidents.is_open IS NOT TRUE OR coalesce(
        incidents.body -> 'lift' ->> 'company_id' = webhooks.company_id, false
    ) OR coalesce(incidents.body -> 'company_ids' ? webhooks.company_id, false) OR EXISTS (
        SELECT FROM assignments
        WHERE assignments.incident_id = incidents.incident_id
            AND assignments.company_id = webhooks.company_id
            AND assignments.status IN ('offered', 'accepted', 'en_route', 'on_scene', 'released')
    ) AS is_concerned
FROM outbox
LEFT JOIN webhooks ON webhooks.id = outbox.endpoint_id
LEFT JOIN incidents ON incidents.incident_id = outbox.body -> 'data' -> 'incident' ->> 'id'
    AND outbox.endpoint_id IS NOT NULL
WHERE outbox.done_at IS NULL AND outbox.due_at <= $1 AND webhooks.enabled IS NOT FALSE
ORDER BY outbox.due_at, outbox.outbox_id
LIMIT $2;

-- name: next_due
SELECT outbox.due_at
FROM outbox LEFT JOIN webhooks ON webhooks.id = outbox.endpoint_id
WHERE outbox.done_at IS NULL AND webhooks.enabled IS NOT FALSE
ORDER BY outbox.due_at
LIMIT 1;

-- name: write_down_try
-- A row that ended while it was being tried keeps its outcome: an offer that became moot is not revived.
UPDATE outbox SET
    tries = tries + 1,
    tried_at = $2,
    status = $3,
    error = $4,
    due_at = coalesce($5, due_at),
    done_at = coalesce(done_at, CASE WHEN $6::text IS NOT NULL THEN $2::timestamptz END),
    outcome = coalesce(outcome, $6)
WHERE outbox_id = $1;
