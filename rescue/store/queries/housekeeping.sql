-- What is kept for a time, and then is not; a bounded part at each look, so that no statement holds up another.

-- name: drop_carried
DELETE FROM outbox WHERE outbox_id IN (
    SELECT outbox_id FROM outbox WHERE done_at < $1 ORDER BY done_at LIMIT $2
);

-- name: drop_answers
DELETE FROM answers WHERE (actor, key) IN (
    SELECT actor, key FROM answers WHERE answered_at <= $1 ORDER BY answered_at LIMIT $2
);

-- name: drop_sessions
DELETE FROM sessions WHERE id_hash IN (SELECT id_hash FROM sessions WHERE expires_at <= $1 LIMIT $2);

-- name: unmasked
-- What was sent, or is to be, of cases that are over: phone numbers have no more business there.
SELECT outbox.outbox_id, outbox.body
FROM outbox JOIN incidents ON incidents.incident_id = outbox.body -> 'data' -> 'incident' ->> 'id'
WHERE NOT outbox.is_masked AND outbox.endpoint_id IS NOT NULL AND NOT incidents.is_open
ORDER BY outbox.outbox_id
LIMIT $1;

-- name: put_masked
UPDATE outbox SET body = $2, is_masked = true WHERE outbox_id = $1;

-- name: forget_old_secrets
UPDATE webhooks SET secrets = secrets[1:1] WHERE old_secret_until <= $1 AND array_length(secrets, 1) > 1;
