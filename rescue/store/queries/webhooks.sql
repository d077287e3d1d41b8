-- The companies' endpoints. Each query is held to one company where it is given ($2), so that none reaches another's.

-- name: add_endpoint
INSERT INTO webhooks (id, company_id, url, types, enabled, secrets, created_at)
VALUES ($1, $2, $3, $4, true, $5, $6)
RETURNING id, company_id, url, types, enabled, created_at;

-- name: count_endpoints
SELECT count(*) FROM webhooks WHERE company_id = $1;

-- name: find_endpoint
SELECT id, company_id, url, types, enabled, created_at
FROM webhooks
WHERE id = $1 AND ($2::text IS NULL OR company_id = $2);

-- name: list_endpoints
SELECT id, company_id, url, types, enabled, created_at
FROM webhooks
WHERE ($1::text IS NULL OR company_id = $1) AND ($2::text IS NULL OR id > $2)
ORDER BY id
LIMIT $3;

-- name: change_endpoint
-- What is not given stays.
UPDATE webhooks SET
    url = coalesce($3, url),
    types = coalesce($4, types),
    enabled = coalesce($5, enabled)
WHERE id = $1 AND ($2::text IS NULL OR company_id = $2)
RETURNING id, company_id, url, types, enabled, created_at;

-- name: remove_endpoint
-- What was on its way to it goes with it.
DELETE FROM webhooks WHERE id = $1 AND ($2::text IS NULL OR company_id = $2) RETURNING id;

-- name: list_deliveries
SELECT outbox_id, key, type, assignment_id, attempt, created_at, due_at, tries, tried_at, status, error, outcome
FROM outbox
WHERE endpoint_id = $1 AND ($2::bigint IS NULL OR outbox_id < $2)
ORDER BY outbox_id DESC
LIMIT $3;

-- name: queue_test
INSERT INTO outbox (key, type, body, endpoint_id, created_at, expires_at, due_at, tries, error)
VALUES ($1, 'endpoint.test', $2, $3, $4, $5, $4, 0, '');
