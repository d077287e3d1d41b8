-- Carrying effects out. What is queued, and what becomes moot, is part of a decision: see desk.sql.

-- name: due
-- What waits for an endpoint that is switched off stays where it is.
SELECT outbox.*, webhooks.url, webhooks.secrets
FROM outbox LEFT JOIN webhooks ON webhooks.id = outbox.endpoint_id
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
