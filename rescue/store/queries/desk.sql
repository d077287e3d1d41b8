The desk's own connection: the board it starts from, and what one decision saves. Ordered as `commit` calls them.

-- name: try_desk_lock
-- The lock belongs to the session: it ends with the connection, however that ends.
SELECT pg_try_advisory_lock($1);

-- name: take_desk_lock
-- Waits as long as the session's lock_timeout, then fails.
SELECT pg_advisory_lock($1);

-- name: open_incidents
SELECT body FROM incidents WHERE is_open ORDER BY number;

-- name: open_assignments
-- Every attempt of the open incidents, whatever became of it.
SELECT assignments.*
FROM assignments JOIN incidents USING (incident_id)
WHERE incidents.is_open
ORDER BY incidents.number, assignments.attempt;

-- name: alarm_ledgers
SELECT * FROM alarm_ledgers;

-- name: next_number
-- Numbers are never given twice, so the finished count too.
SELECT coalesce(max(number), 0) + 1 FROM incidents;

-- name: save_incident
INSERT INTO incidents (incident_id, body, opened_at)
VALUES ($1, $2, $3)
ON CONFLICT (incident_id) DO UPDATE SET body = excluded.body, opened_at = excluded.opened_at;

-- name: save_assignment
INSERT INTO assignments (
    assignment_id, incident_id, attempt, level, crew_id, company_id, status, offered_at, accept_by, eta_s, reason,
    accepted_at, en_route_at, on_scene_at, ended_at, end_reason
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
ON CONFLICT (assignment_id) DO UPDATE SET
    incident_id = excluded.incident_id,
    attempt = excluded.attempt,
    level = excluded.level,
    crew_id = excluded.crew_id,
    company_id = excluded.company_id,
    status = excluded.status,
    offered_at = excluded.offered_at,
    accept_by = excluded.accept_by,
    eta_s = excluded.eta_s,
    reason = excluded.reason,
    accepted_at = excluded.accepted_at,
    en_route_at = excluded.en_route_at,
    on_scene_at = excluded.on_scene_at,
    ended_at = excluded.ended_at,
    end_reason = excluded.end_reason;

-- name: save_ledger
INSERT INTO alarm_ledgers (lift_id, number, boot, ended_number, ended_boot, ended_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (lift_id) DO UPDATE SET
    number = excluded.number,
    boot = excluded.boot,
    ended_number = excluded.ended_number,
    ended_boot = excluded.ended_boot,
    ended_at = excluded.ended_at;

-- name: append_entry
-- No ON CONFLICT: an entry that is there already means that two desks write, and must fail.
INSERT INTO timeline (incident_id, seq, at, what, actor_kind, actor_name, actor_channel, said, data, previous, hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: queue_effect
-- One row for the lift's topic, or one for each endpoint of the company that asked for this type and is switched on.
-- Due at once. An effect queued before stays as it is.
INSERT INTO outbox (
    key, type, body, topic, endpoint_id, assignment_id, attempt, created_at, due_at, expires_at, tries, error
)
SELECT $1, $2, $3, $4, receiver.endpoint_id, $6, $7, $8, $8, $9, 0, ''
FROM (
    SELECT NULL AS endpoint_id WHERE $4::text IS NOT NULL
    UNION ALL
    SELECT id FROM webhooks WHERE company_id = $5 AND enabled AND types && ARRAY[$2, '*']
) AS receiver
ON CONFLICT (key, endpoint_id) DO NOTHING;

-- name: drop_offers
-- Offers of these assignments no longer stand. Locked in order of their ids, as `write_down_try` locks them.
UPDATE outbox SET done_at = $2, outcome = 'moot'
FROM (
    SELECT outbox_id FROM outbox
    WHERE assignment_id = ANY($1) AND type = 'assignment.offered' AND done_at IS NULL
    ORDER BY outbox_id
    FOR UPDATE
) AS pointless
WHERE outbox.outbox_id = pointless.outbox_id;
