-- The companies' endpoints. Each query is held to one company where it is given ($2), so that none reaches another's.

-- name: add_endpoint
INSERT INTO webhooks (id, company_id, url, types, enabled, secrets, created_at)
VALUES ($1, $2, $3, $4, true, $5, $6)
RETURNING id, company_id, url, types, enabled, created_at, old_secret_until;

-- name: count_endpoints
SELECT count(*) FROM webhooks WHERE company_id = $1;

-- name: find_endpoint
SELECT id, company_id, url, types, enabled, created_at, old_secret_until
FROM webhooks
WHERE id = $1 AND ($2::text IS NULL OR company_id = $2);

-- name: list_endpoints
SELECT id, company_id, url, types, enabled, created_at, old_secret_until
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
RETURNING id, company_id, url, types, enabled, created_at, old_secret_until;

-- name: rotate_secret
-- Two at most: the new one, and the newest of those before it.
UPDATE webhooks SET
    secrets = ARRAY[$3, secrets[1]],
    old_secret_until = $4
WHERE id = $1 AND ($2::text IS NULL OR company_id = $2)
RETURNING id, company_id, url, types, enabled, created_at, old_secret_until;

-- name: remove_endpoint
-- What was on its way to it goes with it.
DELETE FROM webhooks WHERE id = $1 AND ($2::text IS NULL OR company_id = $2) RETURNING id;

-- name: list_deliveries
SELECT outbox_id, key, type, assignment_id, attempt, created_at, due_at, tries, tried_at, status, error, outcome
FROM outbox
WHERE endpoint_id = $1 AND ($2::bigint IS NULL OR outbox_id < $2)
ORDER BY outbox_id DESC
LIMIT $3;

-- name: find_delivery
SELECT
    outbox.outbox_id, outbox.key, outbox.type, outbox.assignment_id, outbox.attempt, outbox.created_at, outbox.due_at,
    outbox.tries, outbox.tried_at, outbox.status, outbox.error, outbox.outcome
FROM outbox JOIN webhooks ON webhooks.id = outbox.endpoint_id
WHERE outbox.outbox_id = $1 AND ($2::text IS NULL OR webhooks.company_id = $2);

-- name: replay
-- From the first try on, as if it had just been queued. An offer ($4) only while its attempt is offered, and no longer.
UPDATE outbox SET
    done_at = NULL,
    outcome = NULL,
    tries = 0,
    due_at = $2,
    expires_at = CASE WHEN type = $4 THEN expires_at ELSE greatest(expires_at, $3) END
WHERE outbox_id = $1 AND (type <> $4 OR (expires_at > $2 AND EXISTS (
    SELECT FROM assignments
    WHERE assignments.assignment_id = outbox.assignment_id
        AND assignments.attempt = outbox.attempt
        AND assignments.status = 'offered'
)))
RETURNING outbox_id;

-- name: companies_reached
-- Every company with the number of its endpoints that are switched on; those with none are told by telephone or not.
SELECT
    companies.company_id, companies.name, companies.kind, companies.phone,
    count(webhooks.id) AS endpoints,
    count(webhooks.id) FILTER (WHERE webhooks.enabled) AS enabled_endpoints
FROM companies LEFT JOIN webhooks USING (company_id)
WHERE ($1::text IS NULL OR companies.company_id = $1) AND ($2::text IS NULL OR companies.company_id > $2)
GROUP BY companies.company_id
ORDER BY companies.company_id
LIMIT $3;

-- name: count_unreached
SELECT count(*) FROM companies
WHERE NOT EXISTS (SELECT FROM webhooks WHERE webhooks.company_id = companies.company_id AND webhooks.enabled);

-- name: queue_test
INSERT INTO outbox (key, type, body, endpoint_id, created_at, expires_at, due_at, tries, error)
VALUES ($1, 'endpoint.test', $2, $3, $4, $5, $4, 0, '');
