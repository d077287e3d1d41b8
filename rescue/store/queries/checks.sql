-- What `rescue check` asks a database that may not be migrated yet; each list has a limit.

-- name: has_schema
SELECT to_regclass('_pogo_migration') IS NOT NULL;

-- name: applied_migrations
SELECT migration_id FROM _pogo_migration;

-- name: database_size
SELECT pg_database_size(current_database());

-- name: lift_positions
-- Of a sample, the same each time: enough to see that they lie where the roads do.
SELECT lon, lat FROM lifts WHERE lon IS NOT NULL ORDER BY md5(lift_id) LIMIT $1;

-- name: companies_without_endpoint
-- Those that have crews to be asked.
SELECT company_id
FROM companies
WHERE EXISTS (SELECT FROM crews WHERE crews.company_id = companies.company_id)
    AND NOT EXISTS (SELECT FROM webhooks WHERE webhooks.company_id = companies.company_id AND enabled)
ORDER BY company_id
LIMIT $1;

-- name: failing_endpoints
-- Tried since $1 and never with success since then; with what was heard last.
SELECT company_id, url, last.error
FROM webhooks CROSS JOIN LATERAL (
    SELECT error FROM outbox
    WHERE endpoint_id = webhooks.id AND tried_at >= $1
    ORDER BY outbox_id DESC LIMIT 1
) AS last
WHERE enabled AND NOT EXISTS (
    SELECT FROM outbox WHERE endpoint_id = webhooks.id AND tried_at >= $1 AND outcome = 'carried'
)
ORDER BY company_id, url
LIMIT $2;
