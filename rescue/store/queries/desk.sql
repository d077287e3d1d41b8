-- The desk's own connection: the board it starts from, and what one decision saves.

-- name: try_desk_lock
-- The lock belongs to the session: it ends with the connection, however that ends.
SELECT pg_try_advisory_lock($1);

-- name: take_desk_lock
-- Waits as long as the session's lock_timeout, then fails.
SELECT pg_advisory_lock($1);

-- name: is_read_only
-- By its configuration (default_transaction_read_only) or because it is a replica.
SELECT current_setting('transaction_read_only')::boolean;

-- name: open_incidents
SELECT body FROM incidents WHERE is_open ORDER BY number;

-- name: open_assignments
-- Every attempt of the open incidents, whatever became of it.
SELECT assignments.*
FROM assignments JOIN incidents USING (incident_id)
WHERE incidents.is_open
ORDER BY incidents.number, assignments.attempt;

-- name: last_works
-- What each crew has finished last, be its case closed or not: who has worked long may rest still. Two days back from
-- the newest offer is enough for any rest.
SELECT DISTINCT ON (crew_id) *
FROM assignments
WHERE status = 'released' AND on_scene_at IS NOT NULL
    AND offered_at > (SELECT max(offered_at) FROM assignments) - interval '2 days'
ORDER BY crew_id, ended_at DESC;

-- name: open_members
-- The lifts of the open parent cases, recovered ones too: one may suffer again.
SELECT outage_members.*
FROM outage_members JOIN incidents ON incidents.incident_id = outage_members.parent_id
WHERE incidents.is_open;

-- name: alarm_ledgers
SELECT * FROM alarm_ledgers;

-- name: next_number
-- Numbers are never given twice, so the finished count too.
SELECT coalesce(max(number), 0) + 1 FROM incidents;

-- name: save_decision
-- A whole decision in one statement and one round trip, each table's rows as one array of JSON: incidents,
-- assignments, ledgers, entries, effects, members; then what it rested on, if that is kept. Rows are written in the order
-- given, which matters where a lift's old case makes room for its new one, or a crew leaves one attempt for another.
WITH
saved_incidents AS (
    INSERT INTO incidents (incident_id, body, opened_at)
    SELECT body ->> 'incident_id', body, (body ->> 'opened_at')::timestamptz
    FROM jsonb_array_elements($1) AS body
    ON CONFLICT (incident_id) DO UPDATE SET body = excluded.body, opened_at = excluded.opened_at
),
saved_assignments AS (
    INSERT INTO assignments
    SELECT * FROM json_populate_recordset(NULL::assignments, $2)
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
        end_reason = excluded.end_reason
),
saved_ledgers AS (
    INSERT INTO alarm_ledgers
    SELECT * FROM json_populate_recordset(NULL::alarm_ledgers, $3)
    ON CONFLICT (lift_id) DO UPDATE SET
        number = excluded.number,
        boot = excluded.boot,
        seen_at = excluded.seen_at,
        reported_at = excluded.reported_at,
        ended_number = excluded.ended_number
),
saved_members AS (
    INSERT INTO outage_members
    SELECT * FROM json_populate_recordset(NULL::outage_members, $6)
    ON CONFLICT (parent_id, lift_id) DO UPDATE SET joined_at = excluded.joined_at, left_at = excluded.left_at
),
appended_entries AS (
    -- No ON CONFLICT: an entry that is there already means that two desks write, and must fail.
    INSERT INTO timeline
    SELECT * FROM json_populate_recordset(NULL::timeline, $4)
),
kept_decision AS (
    INSERT INTO decisions (decided_at, incident_ids, body, left_out)
    SELECT $7::timestamptz, $8::text[], $9::bytea, $10::text WHERE $7 IS NOT NULL
),
kept_parts AS (
    INSERT INTO decision_parts (hash, body, used_at)
    SELECT part.hash, part.body, $7 FROM unnest($11::text[], $12::bytea[]) AS part (hash, body)
    ON CONFLICT (hash) DO UPDATE SET used_at = greatest(decision_parts.used_at, excluded.used_at)
)
-- One row for the lift's topic, or one for each endpoint of the company that asked for this type and is switched on.
-- Due at once. An effect queued before stays as it is.
INSERT INTO outbox (
    key, type, body, topic, endpoint_id, assignment_id, attempt, created_at, due_at, expires_at, tries, error
)
SELECT
    effect.key, effect.type, effect.body, effect.topic, receiver.endpoint_id, effect.assignment_id, effect.attempt,
    effect.created_at, effect.created_at, effect.expires_at, 0, ''
FROM ROWS FROM (json_to_recordset($5) AS (
    key text, type text, body json, topic text, company_id text, assignment_id text, attempt integer,
    created_at timestamptz, expires_at timestamptz
)) WITH ORDINALITY AS effect
CROSS JOIN LATERAL (
    SELECT NULL AS endpoint_id WHERE effect.topic IS NOT NULL
    UNION ALL
    SELECT id FROM webhooks
    WHERE company_id = effect.company_id AND enabled AND types && ARRAY[effect.type, '*']
) AS receiver
ORDER BY effect.ordinality
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
