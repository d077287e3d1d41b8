-- The answers given to an Idempotency-Key: a request sent again is answered alike, and done once.

-- name: find_answer
SELECT request_hash, status, body FROM answers WHERE actor = $1 AND key = $2 AND answered_at > $3;

-- name: keep_answer
-- A key whose answer was given so long ago that it no longer counts may be used anew.
INSERT INTO answers (actor, key, request_hash, status, body, answered_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (actor, key) DO UPDATE SET
    request_hash = excluded.request_hash,
    status = excluded.status,
    body = excluded.body,
    answered_at = excluded.answered_at;

-- name: forget_answers
-- A few at each request, so that forgetting never takes long.
DELETE FROM answers WHERE (actor, key) IN (
    SELECT actor, key FROM answers WHERE answered_at <= $1 ORDER BY answered_at LIMIT 10
);
